import { compareBytes } from '../../base/bytes.ts';
import type { NodeId } from '../../base/ids.ts';
import { compareStamps, type Stamp } from '../../replication/stamp.ts';
import { answersText } from '../answers-text.ts';
import { stampText } from '../eventual-words.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import type { EventualLink } from './operation-path.ts';
import type { PathEditor, PathsDraft } from './path-draft.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;
type Started = Of<'EventualWriteStarted' | 'EventualReadStarted'>;
type Answered = Of<'EventualWriteAnswered' | 'EventualReadAnswered'>;

/** In the eventual keyspace: whom the coordinator asks, who merged what, who keeps a hint, when enough had answered, and whom a read repaired. */
export function followEventual(draft: PathsDraft, id: number, event: TraceEvent): void {
  switch (event.type) {
    case 'EventualWriteStarted':
    case 'EventualReadStarted':
      started(draft, id, event);
      return;
    case 'EventualWriteAnswered':
    case 'EventualReadAnswered':
    case 'FallbackAsked':
    case 'ReadRepaired':
      for (const [at, link] of draft.linksOf(id).eventual.entries())
        if (link.op === event.op && link.node === event.node) decided(draft.edit(id), at, link, event);
      return;
    case 'RowApplied':
    case 'RowRefused':
    case 'HintStored':
      for (const link of draft.linksOf(id).eventual)
        if (link.shard === event.shard && compareBytes(link.key, event.key) === 0) arrived(draft, id, link, event);
      return;
    default:
  }
}

function started(draft: PathsDraft, id: number, event: Started): void {
  const { client, requestId, node, shard, op, key, homes, suspects, isSloppy } = event;
  const isOwn = draft.linksOf(id).attempts.some((each) => each.requestId === requestId && each.to === node);
  if (!isOwn || draft.path(id)?.client !== client) return;
  const path = draft.edit(id);
  const asked = names(homes);
  const isWrite = event.type === 'EventualWriteStarted';
  const text = isWrite
    ? `stamps it ${stampText(event.stamp)}: ${event.w} of ${asked} must have it on disk`
    : `asks ${asked} what they hold: ${event.r} of them must answer`;
  const instead = isSloppy ? 'others stand in for it' : 'nobody stands in for it';
  const notes = [
    homes.includes(node) ? 'it holds the key itself' : 'it holds no replica of the key',
    suspects.length === 0 ? '' : `${names(suspects)} is taken for dead: ${instead}`,
  ];
  const note = notes.filter((each) => each !== '').join('; ');
  const coordinateStep = path.open({ kind: 'coordinate', phase: 'operation', actor: node, shard, text, note });
  const stamp = isWrite ? event.stamp : undefined;
  const link: EventualLink = { node, shard, op, key, stamp, coordinateStep, fallbacks: [], repaired: [] };
  path.link({ eventual: [...path.links.eventual, link] });
}

function decided(
  path: PathEditor,
  at: number,
  link: EventualLink,
  event: Answered | Of<'FallbackAsked' | 'ReadRepaired'>,
): void {
  const { node, shard, fallbacks, repaired } = link;
  const common = { phase: 'operation', actor: node, shard } as const;
  if (event.type === 'FallbackAsked') {
    const { to, home } = event;
    path.relink('eventual', at, { fallbacks: [...fallbacks, { to, home }] });
    const text = `asks ${nodeName(to)} in the place of ${nodeName(home)}`;
    path.instant({ ...common, kind: 'fallback', text, note: `${nodeName(home)} does not answer` });
  } else if (event.type === 'ReadRepaired') {
    path.relink('eventual', at, { repaired: [...repaired, event.to] });
    const text = `repairs ${nodeName(event.to)}: sends it what all who answered hold together`;
    path.instant({ ...common, kind: 'repair', text, note: 'it held less' });
  } else {
    const isEnough = event.status === 'ok';
    path.close(link.coordinateStep, isEnough ? 'done' : 'failed');
    path.instant({ ...common, kind: 'quorum', ...quorumText(event) }, isEnough ? 'done' : 'failed');
  }
}

function quorumText(event: Answered): { readonly text: string; readonly note: string } {
  if (event.type === 'EventualWriteAnswered') {
    const { acks, w, status } = event;
    const note = status === 'unknown' ? 'not as many in time; it is written there, and can win everywhere' : '';
    return { text: `${acks.length} of the ${w} that are waited for have it: ${answersText(acks)}`, note };
  }
  const { answers, r, versions, status } = event;
  const held = versions === 0 ? 'none knows the key' : versions === 1 ? 'one version' : `${versions} versions`;
  return {
    text: `${answers.length} of the ${r} that are waited for have answered: ${answersText(answers)}`,
    note: status === 'ok' ? held : 'not as many in time',
  };
}

function arrived(
  draft: PathsDraft,
  id: number,
  link: EventualLink,
  event: Of<'RowApplied' | 'RowRefused' | 'HintStored'>,
): void {
  const { node, shard } = event;
  const common = { kind: 'merge', phase: 'operation', actor: node, shard } as const;
  if (event.type === 'HintStored') {
    if (link.stamp === undefined || event.from !== link.node) return;
    const text = `keeps it for ${nodeName(event.home)} as a hint`;
    draft.edit(id).instant({ ...common, text, note: 'until that is back and has it on its disk' });
  } else if (event.type === 'RowRefused') {
    if (event.from !== link.node || !isOf(link, event)) return;
    draft.edit(id).instant({ ...common, text: 'refuses the row', note: REFUSALS[event.refusal] }, 'failed');
  } else if (isOf(link, event)) draft.edit(id).instant({ ...common, ...mergedText(link, event) });
}

/** Stamps tell one write from another; a read repairs whom it said. */
function isOf({ stamp, node, repaired }: EventualLink, event: Of<'RowApplied' | 'RowRefused'>): boolean {
  if (event.purpose === 'repair') return event.from === node && repaired.includes(event.node);
  if (event.purpose !== 'write' || stamp === undefined) return false;
  return event.type === 'RowRefused' || [...event.held, ...event.dropped].some((each) => isSame(each, stamp));
}

function mergedText({ stamp }: EventualLink, { held, dropped, replaced, isChanged }: Of<'RowApplied'>) {
  const isDropped = stamp !== undefined && dropped.some((each) => isSame(each, stamp));
  if (isDropped) return { text: 'drops it', note: `it holds ${held.map(stampText).join(', ')}, which is later` };
  const text = held.length > 1 ? `merges it: ${held.length} siblings` : 'takes it';
  if (!isChanged) return { text, note: 'it had it already' };
  return { text, note: replaced.length === 0 ? '' : `in the place of ${replaced.map(stampText).join(', ')}` };
}

const REFUSALS: Record<Of<'RowRefused'>['refusal'], string> = {
  BelowLimit: 'it is from before a purge of tombstones',
  Full: 'there is no room for it',
  ClockAhead: 'its stamp is further ahead than the clock there believes',
  NoReplica: 'no replica of the shard is there',
  Damaged: 'the replica there has not all of its rows',
};

const isSame = (a: Stamp, b: Stamp): boolean => compareStamps(a, b) === 0;
const names = (nodes: readonly NodeId[]): string => nodes.map(nodeName).join(', ');
