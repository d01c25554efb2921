import { describeCommand } from '../../core/cluster/describe.ts';
import type { Entry } from '../../core/raft/entry.ts';
import type { EntryView } from './view-model.ts';

/** What a log cell shows of an entry. */
export function entryView(entry: Entry): EntryView {
  const { index, term } = entry;
  if (entry.kind === 'noop') return { index, term, label: 'no-op', title: 'no-op, appended by a new leader' };
  const { label, text } = describeCommand(entry.command);
  return { index, term, label, title: text };
}
