import type { ActorId } from '../../core/base/ids.ts';
import { isClient } from '../../core/base/ids.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import { stampText, tooFarAhead } from '../../core/cluster/eventual-words.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { RowRefusal } from '../../core/node/eventual/eventual-message.ts';
import type { SyncOutcome } from '../../core/node/eventual/sync-event.ts';
import type { Draft } from './draft.ts';
import type { RareEvent } from './late-words.ts';
import type { FeedItem } from './view-model.ts';

type Of<T extends RareEvent['type']> = Extract<RareEvent, { readonly type: T }>;

interface Said extends Pick<FeedItem, 'text' | 'why' | 'tone'> {
  /** What comes again and again stands in one line. */
  readonly repeat?: string;
}

/** What happens without a leader: hints, read repairs, syncs, purges. Operations are told by their own events. */
export function tellEventual(draft: Draft, event: RareEvent): void {
  const said = saidOf(event);
  if (said === undefined || !('node' in event)) return;
  const shard = 'shard' in event ? event.shard : undefined;
  draft.tell({ actor: event.node, shard, topic: topicOf(event), ...said });
}

function topicOf({ type }: RareEvent): FeedItem['topic'] {
  if (type === 'ReadRepaired') return 'read';
  return type === 'FallbackAsked' || type === 'RowApplied' || type === 'RowRefused' ? 'write' : 'fault';
}

function saidOf(event: RareEvent): Said | undefined {
  switch (event.type) {
    case 'FallbackAsked': {
      const why = `${nodeName(event.home)} does not answer: a sloppy quorum counts who stands in for it`;
      return plain(`asked ${nodeName(event.to)} in the place of ${nodeName(event.home)}`, why);
    }
    case 'RowApplied':
      return appliedSaid(event);
    case 'RowRefused':
      return refusedSaid(event);
    case 'HintStored': {
      const why = `${nodeName(event.home)} did not answer; ${count(event.waiting, 'hint waits', 'hints wait')} for it here`;
      return plain(`keeps ${keyText(event)} for ${nodeName(event.home)}`, why);
    }
    case 'HintsSent': {
      const text = `sends ${nodeName(event.home)} ${count(event.hints, 'hint', 'hints')}`;
      return {
        ...plain(
          text,
          `${nodeName(event.home)} seems to be up, and ${count(event.waiting, 'hint waits', 'hints wait')} for it`,
        ),
        repeat: `hints to ${event.home}`,
      };
    }
    case 'HintDelivered': {
      const rest = event.waiting === 0 ? 'none waits any more' : `${event.waiting} more wait`;
      const text = `handed ${keyText(event)} over to ${nodeName(event.home)}`;
      return { ...good(text, `it is on the disk there, so the hint goes: ${rest}`), repeat: `handed to ${event.home}` };
    }
    case 'HintMoved': {
      const why = `${nodeName(event.home)} holds ${shardName(event.shard)} no more, and ${nodeName(event.to)} does`;
      return plain(`keeps ${keyText(event)} for ${nodeName(event.to)} from now on`, why);
    }
    case 'ReadRepaired':
      return good(`repaired ${keyText(event)} on ${nodeName(event.to)}`, 'a read found that it held less than others');
    case 'ClockRefused': {
      const who = isClient(event.from as ActorId) ? 'a client' : nodeName(event.from);
      const why = `it is ${tooFarAhead(event, 'its clock')}`;
      return bad(`refused a stamp of ${who}`, why);
    }
    case 'SyncEnded':
      return syncedSaid(event);
    case 'PurgeRoundStarted': {
      const { shard, members, watermarkUs } = event;
      const why = `to forget what was deleted up to ${secondsText(watermarkUs)}: ${members.map(nodeName).join(', ')} are asked, and compare what they hold first`;
      return { ...plain(`begins a round of purging of ${shardName(shard)}`, why), repeat: 'purging' };
    }
    case 'PurgeRoundEnded':
      return purgedSaid(event);
    case 'EventualCopyCompleted': {
      const why = `${count(event.keys, 'key', 'keys')} of ${nodeName(event.peer)}: from now on it answers`;
      return good(`has copied the eventual rows of ${shardName(event.shard)}`, why);
    }
    case 'EventualLossAccepted': {
      const { shard, homes } = event;
      const why = `${homes.length === 1 ? 'the shard has no other home' : `none of ${homes.map(nodeName).join(', ')} holds all of them any more`}: what no hint brings back is gone`;
      return bad(`goes on with what it holds of the eventual rows of ${shardName(shard)}`, why);
    }
    case 'EventualRowsLeft': {
      const why = `it holds the shard no more, and ${nodeName(event.peer)} has all of them`;
      return plain(`forgets its eventual rows of ${shardName(event.shard)}`, why);
    }
    default:
      return undefined;
  }
}

const REFUSALS: Record<RowRefusal, string> = {
  BelowLimit: 'it is from before a purge of tombstones: what was deleted since would come back',
  Full: 'there is no room for another one',
  ClockAhead: 'its stamp is further ahead of the clock here than is believed',
  NoReplica: 'no replica of the shard is here',
  Damaged: 'the replica here has not all of its rows',
};

/** A hint that its home refuses is sent again and again: one line of each kind. */
function refusedSaid(event: Of<'RowRefused'>): Said {
  const { from, purpose, refusal } = event;
  const said = bad(`refused ${keyText(event)} of ${nodeName(from)}`, REFUSALS[refusal]);
  return purpose === 'write' ? said : { ...said, repeat: `refused ${purpose} ${from} ${refusal}` };
}

/** Only where something lost: rows that agree are no news. */
function appliedSaid(event: Of<'RowApplied'>): Said | undefined {
  const { from, purpose, dropped, replaced, held } = event;
  const [lost] = dropped;
  const [old] = replaced;
  if (purpose === 'write' && lost !== undefined) {
    const why = `it is stamped ${stampText(lost)}, before what is held here: the last writer wins`;
    return bad(`dropped a write of ${keyText(event)}`, why);
  }
  if (held.length > 1 && event.isChanged)
    return plain(
      `holds ${held.length} siblings of ${keyText(event)}`,
      'neither write had seen the other: a PUT of the key merges them',
    );
  if (purpose === 'write' || old === undefined) return undefined;
  return plain(
    `took ${keyText(event)} of ${nodeName(from)}`,
    `it replaces what was stamped ${stampText(old)}, which is gone`,
  );
}

const SYNC_TROUBLES: Record<Exclude<SyncOutcome, 'equal' | 'exchanged'>, string> = {
  'no answer': 'nobody answered',
  unsettled: 'the replica there began anew or was purged further again and again',
  'rows refused': 'some of its rows were refused',
  NoReplica: 'no replica is there',
  Incomplete: 'the replica there is being copied itself',
  Damaged: 'the replica there cannot be read',
  Moved: 'who holds the shard has changed meanwhile',
};

function syncedSaid(event: Of<'SyncEnded'>): Said | undefined {
  const { shard, peer, outcome, hashes, keys, leaves, sent, taken, sync, keysHeld } = event;
  const text = `compared its eventual rows of ${shardName(shard)} with ${nodeName(peer)}`;
  // Nobody uses this keyspace.
  if (outcome === 'equal' && keysHeld === 0) return undefined;
  if (outcome === 'equal') return { ...good(text, 'the Merkle roots are equal'), repeat: 'synced' };
  if (outcome !== 'exchanged') return bad(text, `to no end: ${SYNC_TROUBLES[outcome]}`);
  const told = `${count(hashes, 'hash', 'hashes')} and ${count(keys, 'key', 'keys')} were told for ${count(leaves, 'leaf', 'leaves')}`;
  const why = `${told}; it took ${count(taken, 'row', 'rows')} and sent ${sent}`;
  return { ...good(text, why), repeat: `sync ${sync}` };
}

function purgedSaid({ shard, isCompleted, waitedFor, watermarkUs }: Of<'PurgeRoundEnded'>): Said {
  const upTo = `up to ${secondsText(watermarkUs)}`;
  if (isCompleted && waitedFor.length > 0) {
    const why = `broken on purpose: what was deleted ${upTo} is forgotten, whether or not all replicas have heard of it`;
    return { ...bad(`purged tombstones of ${shardName(shard)} early`, why), repeat: 'purged' };
  }
  if (isCompleted) {
    const why = `all replicas hold the same ${upTo}: what was deleted by then is forgotten`;
    return { ...good(`ended a round of purging of ${shardName(shard)}`, why), repeat: 'purged' };
  }
  const why =
    waitedFor.length === 0
      ? 'who holds the shard has changed, or one of them was away'
      : `${waitedFor.map(nodeName).join(', ')} said nothing, or still holds hints: tombstones stay`;
  return { ...plain(`gave up a round of purging of ${shardName(shard)}`, why), repeat: 'not purged' };
}

const secondsText = (timeUs: number): string => `${(timeUs / 1e6).toFixed(3)} s`;
const plain = (text: string, why: string): Said => ({ text, why, tone: 'plain' });
const good = (text: string, why: string): Said => ({ text, why, tone: 'good' });
const bad = (text: string, why: string): Said => ({ text, why, tone: 'bad' });
const keyText = ({ key }: { readonly key: Uint8Array }): string => decodeKey(key) || '""';
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
