import type { LogIndex, NodeId } from '../../base/ids.ts';
import { foundIn, type LookupReport, tablesOf } from '../../lsm/lookup-report.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { NO_ROUND } from './operation-path.ts';
import { NO_STEP, type PathsDraft } from './path-draft.ts';

/** A read: is the leader still the leader, is what it must show applied, and where is the value? */
export function followReads(draft: PathsDraft, id: number, event: TraceEvent): void {
  switch (event.type) {
    case 'ReadIndexStarted': {
      const { node, shard, requestId, context } = event;
      if (!isOf(draft, id, event)) return;
      const path = draft.edit(id);
      const asks =
        event.asks === undefined ? 'whether it still leads' : `${nodeName(event.asks)} from which entry on it may read`;
      const text = `ReadIndex: asks ${asks}`;
      const roundStep = path.open({ kind: 'ReadIndex', phase: 'operation', actor: node, shard, text });
      const read = { node, shard, requestId, context, roundStep };
      path.link({ reads: [...path.links.reads, { ...read, confirmed: false, servedStep: undefined }] });
      return;
    }
    case 'ReadHeld': {
      if (!isOf(draft, id, event)) return;
      const { node, shard, requestId, needs } = event;
      const path = draft.edit(id);
      const step = { kind: 'apply wait', phase: 'operation', actor: node, shard, text: waitText(needs) } as const;
      const read = { node, shard, requestId, context: NO_ROUND, roundStep: NO_STEP, confirmed: true };
      path.link({ reads: [...path.links.reads, { ...read, servedStep: path.open(step) }] });
      return;
    }
    case 'LeaseConfirmed':
      leased(draft, id, event);
      return;
    case 'ReadIndexConfirmed':
    case 'ReadServed':
    case 'ValueLookedUp':
      break;
    default:
      return;
  }
  const { node, shard, requestId } = event;
  const { reads } = draft.linksOf(id);
  const at = reads.findIndex((read) => read.requestId === requestId && read.node === node);
  const read = reads[at];
  if (read === undefined && event.type === 'ReadServed' && isOf(draft, id, event)) {
    const path = draft.edit(id);
    const text = `has applied up to ${event.appliedIndex}, and serves that`;
    const step = { kind: 'lookup', phase: 'operation', actor: node, shard, text } as const;
    const own = { node, shard, requestId, context: NO_ROUND, roundStep: NO_STEP, confirmed: true };
    path.link({ reads: [...reads, { ...own, servedStep: path.open(step) }] });
    return;
  }
  if (read === undefined || draft.path(id)?.client !== event.client) return;
  const path = draft.edit(id);
  const common = { phase: 'operation', actor: node, shard } as const;
  if (event.type === 'ReadIndexConfirmed') {
    const by = event.by.length === 0 ? 'it is the only replica' : `${event.by.map(nodeName).join(', ')} confirmed it`;
    path.close(read.roundStep, 'done', by);
    const text = waitText(event.index);
    path.relink('reads', at, { confirmed: true, servedStep: path.open({ ...common, kind: 'apply wait', text }) });
  } else if (event.type === 'ReadServed') {
    path.close(read.servedStep, 'done', `applied up to ${event.appliedIndex}`);
    const text = path.path.operation.type === 'Scan' ? 'scans its part' : 'looks the key up';
    path.relink('reads', at, { servedStep: path.open({ ...common, kind: 'lookup', text }) });
  } else {
    path.change(read.servedStep ?? NO_STEP, { text: foundText(event) });
    path.close(read.servedStep, 'done', searchText(event));
  }
}

/** Whether the node's report is of one of this operation's attempts. */
const isOf = (
  draft: PathsDraft,
  id: number,
  { client, node, requestId }: { readonly client: number; readonly node: NodeId; readonly requestId: number },
): boolean =>
  draft.path(id)?.client === client &&
  draft.linksOf(id).attempts.some((each) => each.requestId === requestId && each.to === node);

function leased(draft: PathsDraft, id: number, event: Extract<TraceEvent, { readonly type: 'LeaseConfirmed' }>): void {
  if (!isOf(draft, id, event)) return;
  const { node, shard, requestId, index, leftUs } = event;
  const path = draft.edit(id);
  const common = { phase: 'operation', actor: node, shard } as const;
  const note = Number.isSafeInteger(leftUs) ? `another ${Math.floor(leftUs / 1000)} ms of it` : '';
  path.instant({ ...common, kind: 'lease', text: 'its lease holds: nobody else leads', note });
  const servedStep = path.open({ ...common, kind: 'apply wait', text: waitText(index) });
  const read = { node, shard, requestId, context: NO_ROUND, roundStep: NO_STEP, confirmed: true, servedStep };
  path.link({ reads: [...path.links.reads, read] });
}

const waitText = (index: LogIndex): string => `waits until entry ${index} is applied here`;

function foundText(report: LookupReport): string {
  const found = foundIn(report);
  if (found === undefined) return 'looks the key up: it is nowhere';
  const place = found.place === 'SSTable' ? `SSTable ${found.fileNumber} of L${found.level}` : `the ${found.place}`;
  return found.result === 'tombstone' ? `finds in ${place} that the key is deleted` : `finds the key in ${place}`;
}

/** What had to be looked into on disk; nothing where the MemTable was enough. */
function searchText(report: LookupReport): string {
  const tables = tablesOf(report);
  const skipped = tables.filter((table) => table.result === 'ruled out').length;
  const blocks = tables.filter((table) => table.block !== undefined);
  const blocksRead = blocks.filter((table) => table.blockFrom === 'disk').length;
  const bloom = skipped === 0 ? '' : `Bloom filters skipped ${count(skipped, 'table')}`;
  const read = blocks.length === 0 ? '' : `${count(blocks.length, 'block')} searched, ${blocksRead} read from disk`;
  return [bloom, read].filter((part) => part !== '').join(', ');
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
