import type { NodeId } from '../../core/base/ids.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { Draft } from './draft.ts';
import type { RareEvent } from './late-words.ts';
import type { FeedItem } from './view-model.ts';

type Of<T extends RareEvent['type']> = Extract<RareEvent, { readonly type: T }>;
type Said = readonly [text: string, why: string, tone: FeedItem['tone']];

/** Checks of what replicas hold, and what is done about one that is damaged. */
export function tellIntegrity(draft: Draft, event: RareEvent): void {
  const said = saidOf(event);
  if (said === undefined || !('shard' in event) || !('node' in event)) return;
  const [text, why, tone] = said;
  // By the clock, of one shard after the other: where all is well one line stands for them.
  const isUsual = event.type === 'CheckCompleted' && tone === 'good';
  const repeat = isUsual ? { repeat: 'checked' } : {};
  draft.tell({ actor: event.node, shard: event.shard, text, why, tone, topic: 'fault', ...repeat });
}

function saidOf(event: RareEvent): Said | undefined {
  switch (event.type) {
    case 'RowDamaged':
      return damagedSaid(event);
    case 'CheckCompleted':
      return checkedSaid(event);
    case 'ReplicaQuarantined': {
      const why = `behind entry ${event.index} it held ${event.found}, and a majority ${event.expected}: it answers nothing until it is repaired`;
      return [`found its replica of ${shardName(event.shard)} damaged`, why, 'bad'];
    }
    case 'RepairStarted': {
      const why = `it applies nothing until it holds what ${nodeName(event.from)} held there`;
      return [`stopped at entry ${event.index} of ${shardName(event.shard)}`, why, 'plain'];
    }
    case 'ReplicaRepaired':
      return repairedSaid(event);
    case 'RepairAbandoned': {
      const why =
        event.reason === 'no answer'
          ? 'nobody answered: it asks for another entry to be repaired at'
          : 'who was asked keeps nothing of that entry: it asks for another one';
      return [`goes on with ${shardName(event.shard)}, still damaged`, why, 'bad'];
    }
    default:
      return undefined;
  }
}

function damagedSaid({ shard, key, damage }: Of<'RowDamaged'>): Said {
  const name = decodeKey(key);
  if (damage === 'absent')
    return [`holds nothing under ${name}`, `so nothing of ${shardName(shard)} was damaged`, 'plain'];
  const text = damage === 'drop' ? `lost ${name} without a trace` : `holds another value of ${name} than it was told`;
  return [text, 'because you asked for it: no checksum is broken, only a comparison with others can find it', 'bad'];
}

/** Where all is well it is told in one word, for it comes again and again. */
function checkedSaid({ shard, index, verdict, damaged, missing }: Of<'CheckCompleted'>): Said {
  const text = `checked ${shardName(shard)}`;
  const silent = missing.length === 0 ? '' : `; ${names(missing)} did not say`;
  switch (verdict) {
    case 'equal':
      return [text, `all Merkle roots behind entry ${index} are equal${silent}`, 'good'];
    case 'outvoted':
      return [text, `behind entry ${index} ${names(damaged)} does not hold what a majority holds${silent}`, 'bad'];
    case 'undecided':
      return [
        text,
        `ALARM: behind entry ${index} no majority holds the same${silent}. Nobody knows who is right, so nothing is repaired`,
        'bad',
      ];
    case 'incomplete':
      return [text, `to no end: too few said what they hold behind entry ${index}${silent}`, 'bad'];
  }
}

function repairedSaid({ shard, index, by, leaves, hashes, keys, written }: Of<'ReplicaRepaired'>): Said {
  const text = `repaired its replica of ${shardName(shard)}`;
  if (by === 'snapshot') return [text, `a snapshot that ends at entry ${index} took its place`, 'good'];
  const sent = `${count(hashes, 'hash', 'hashes')} and ${count(keys, 'key', 'keys')} were sent for ${count(leaves, 'leaf', 'leaves')}`;
  const how = by === 'all rows' ? 'with all rows of the leader, ' : '';
  return [
    text,
    `${how}at entry ${index}: ${sent}, ${count(written, 'row', 'rows')} written; the roots are equal`,
    'good',
  ];
}

const names = (nodes: readonly NodeId[]): string => nodes.map(nodeName).join(', ');
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
