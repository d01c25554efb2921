import type { Micros } from '../../core/base/ids.ts';
import { describeEntry } from '../../core/cluster/describe.ts';
import type { Entry } from '../../core/raft/entry.ts';
import type { EntryView } from './view-model.ts';

/** What a log cell shows of an entry that came into the log at `appendedAtUs`. */
export function entryView({ index, term, kind, command, stampUs }: Entry, appendedAtUs: Micros | undefined): EntryView {
  const { label, text } = describeEntry({ kind, command });
  return { index, term, kind, label, title: text, command, stampUs, appendedAtUs };
}
