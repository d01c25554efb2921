import type { Micros, NodeId } from '../../base/ids.ts';
import type { DiskConfig } from '../run.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { milliseconds, type Sentence } from './circumstances.ts';

/** What had made the disks of these slow at a moment. */
export function slowDisks(
  events: readonly TraceEvent[],
  untilUs: Micros,
  nodes: readonly NodeId[],
  usual: DiskConfig,
): readonly Sentence[] {
  const slow = new Map<NodeId, Sentence>();
  let all: Sentence | undefined;
  for (const event of events) {
    const { timeUs } = event;
    if (timeUs > untilUs) break;
    if (event.type === 'DiskChanged') {
      const text = `${nodeName(event.node)}'s disk was made ${event.slowdown} times as slow`;
      if (event.slowdown <= 1) slow.delete(event.node);
      else if (slow.get(event.node)?.text !== text) slow.set(event.node, { timeUs, text });
    }
    if (event.type !== 'ActionTaken') continue;
    const { action } = event;
    if (action.type === 'Reload') all = undefined;
    if (action.type !== 'Configure' || action.name !== 'disk.sync') continue;
    const text = `Every disk was set to take ${milliseconds(action.value)} for a write`;
    all = action.value > usual.syncUs ? { timeUs, text } : undefined;
  }
  const own = nodes.flatMap((node) => slow.get(node) ?? []);
  return nodes.length === 0 || all === undefined ? own : [all, ...own];
}
