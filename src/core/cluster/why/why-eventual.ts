import { compareBytes } from '../../base/bytes.ts';
import type { ShardId } from '../../base/ids.ts';
import type { ExchangedRow } from '../../node/eventual/sync-event.ts';
import type { Stamp } from '../../replication/stamp.ts';
import { answersText } from '../answers-text.ts';
import { stampText } from '../eventual-words.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { type Evidence, namesOf, type Sentence, seconds } from './circumstances.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;
type Seen = Pick<Evidence, 'events' | 'nowUs'>;

/** How the homes of a shard were last made alike in the eventual keyspace: rows lost and copied, the last comparison of each, the last purge. In order. */
export function whyEventualShard(shard: ShardId, { events, nowUs }: Seen): readonly Sentence[] {
  const last = new Map<string, Sentence>();
  for (const event of events) {
    if (event.timeUs > nowUs || !('shard' in event) || event.shard !== shard || !('node' in event)) continue;
    const text = shardText(event, shardName(shard));
    if (text === undefined) continue;
    const name = `${event.type} ${event.node} ${'peer' in event ? event.peer : ''}`;
    // The latest of a kind, in its place in the order.
    last.delete(name);
    last.set(name, { timeUs: event.timeUs, text });
  }
  return [...last.values()];
}

function shardText(event: TraceEvent, shard: string): string | undefined {
  switch (event.type) {
    case 'EventualRowsLost':
      return `${nodeName(event.node)} lost its eventual rows of ${shard}: a block of them cannot be read`;
    case 'EventualRowsBegunAnew':
      return `${nodeName(event.node)} began its eventual rows of ${shard} anew, and copies those of another home`;
    case 'EventualCopyCompleted':
      return `${nodeName(event.node)} has copied the eventual rows of ${shard} from ${nodeName(event.peer)} (${event.keys} keys), and answers again`;
    case 'EventualLossAccepted':
      return `${nodeName(event.node)} goes on with what it holds of ${shard}'s eventual rows: no home holds all of them any more`;
    case 'EventualRowsLeft':
      return `${nodeName(event.node)} handed its eventual rows of ${shard} over to ${nodeName(event.peer)}, and forgot them`;
    case 'PurgeRoundEnded':
      return purgeText(event, shard);
    case 'SyncEnded':
      return event.keysHeld === 0 && event.outcome === 'equal' ? undefined : syncText(event, shard);
    default:
      return undefined;
  }
}

function syncText({ node, peer, outcome, hashes, keys, leaves, taken, sent }: Of<'SyncEnded'>, shard: string): string {
  const who = `${nodeName(node)} compared its eventual rows of ${shard} with ${nodeName(peer)}`;
  if (outcome === 'equal') return `${who}: the Merkle roots are equal`;
  if (outcome !== 'exchanged') return `${who}, to no end (${outcome})`;
  return `${who}: leaves that differ ${leaves}, hashes told ${hashes}, keys told ${keys}; it took ${taken} and sent ${sent}`;
}

function purgeText({ node, isCompleted, watermarkUs, waitedFor }: Of<'PurgeRoundEnded'>, shard: string): string {
  const who = `${nodeName(node)} conducted a round of purging of ${shard}`;
  if (isCompleted) return `${who}: tombstones up to ${seconds(watermarkUs)} are forgotten everywhere`;
  return `${who} in vain: ${waitedFor.length === 0 ? 'who holds the shard has changed' : `${namesOf(waitedFor)} did not answer, or hold hints`}`;
}

/** How a key of the eventual keyspace came to be what it is: its writes, what gave way to what, hints, repairs, comparisons. In order. */
export function whyKey(key: Uint8Array, { events, nowUs }: Seen): readonly Sentence[] {
  return events.flatMap((event) => {
    const text = event.timeUs <= nowUs ? keyText(event, key) : undefined;
    return text === undefined ? [] : [{ timeUs: event.timeUs, text }];
  });
}

function keyText(event: TraceEvent, key: Uint8Array): string | undefined {
  if (event.type === 'SyncExchanged') {
    const row = event.rows.find((each) => compareBytes(each.key, key) === 0);
    return row === undefined ? undefined : exchangedText(event, row);
  }
  if (!('key' in event) || event.key === undefined || compareBytes(event.key, key) !== 0 || !('node' in event))
    return undefined;
  switch (event.type) {
    case 'EventualWriteStarted': {
      const what = event.isDelete ? 'DELETE' : 'PUT';
      const away = event.suspects.length === 0 ? '' : `; ${namesOf(event.suspects)} was taken for dead`;
      return `${nodeName(event.node)} coordinated a ${what}, stamped ${stampText(event.stamp)}: ${event.w} of ${namesOf(event.homes)} were to have it${away}`;
    }
    case 'EventualWriteAnswered':
      return `${nodeName(event.node)} told its client${event.status === 'ok' ? '' : ` (${event.status})`}: ${answersText(event.acks)} had it on disk`;
    case 'RowApplied':
      return appliedText(event);
    case 'RowRefused':
      return `${nodeName(event.node)} refused what ${nodeName(event.from)} sent (${event.refusal})`;
    case 'HintStored':
      return `${nodeName(event.node)} kept it for ${nodeName(event.home)} as a hint`;
    case 'HintDelivered':
      return `${nodeName(event.node)} handed it over to ${nodeName(event.home)}, and its hint went`;
    case 'HintMoved':
      return `${nodeName(event.node)} keeps the hint for ${nodeName(event.to)} from then on: ${nodeName(event.home)} holds the shard no more`;
    case 'ReadRepaired':
      return `${nodeName(event.node)} repaired ${nodeName(event.to)}: a read found that it held less`;
    default:
      return undefined;
  }
}

/** Only where something came to be otherwise than by the write itself. */
function appliedText({ node, from, dropped, replaced, held, purpose, isChanged }: Of<'RowApplied'>) {
  const who = nodeName(node);
  if (dropped.length > 0) return `${who} dropped ${stamps(dropped)}: it held ${stamps(held)}, and the later stamp wins`;
  if (isChanged && held.length > 1) return `${who} holds siblings: ${stamps(held)}; neither write had seen the other`;
  if (isChanged && replaced.length > 0) return `${who} holds ${stamps(held)} in the place of ${stamps(replaced)}`;
  return isChanged && purpose !== 'write' ? `${who} has it of ${nodeName(from)}: ${stamps(held)}` : undefined;
}

function exchangedText({ node, peer }: Of<'SyncExchanged'>, { own, theirs, held }: ExchangedRow): string {
  const of = (versions: ExchangedRow['own']): string => stamps(versions.map(({ stamp }) => stamp));
  const who = `${nodeName(node)} (${of(own)}) and ${nodeName(peer)} (${of(theirs)}) were compared`;
  return held === undefined ? `${who}: ${nodeName(node)} refused what came` : `${who}: both hold ${stamps(held)}`;
}

const stamps = (all: readonly Stamp[]): string => all.map(stampText).join(', ') || 'nothing';
