import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { foundMeta } from '../core/meta/found-meta.ts';
import { META_GROUP } from '../core/meta/meta-state.ts';
import { RingEpochInvariant } from './ring-epoch-invariant.ts';

const FOUNDED = foundMeta({ nodes: [1, 2, 3].map(nodeId), vnodes: 8, shards: 1, replicationFactor: 3 });

const has = (node: number, index: number, ringEpoch: number): TraceEvent => ({
  ...{ timeUs: index, type: 'MetaFound', node: nodeId(node), index, state: { ...FOUNDED, ringEpoch } },
});
const seen = (node: number, epoch: number): TraceEvent => ({
  timeUs: 1,
  type: 'RingEpochSeen',
  node: nodeId(node),
  epoch,
});
const boots = (node: number, boot: number): TraceEvent => ({
  ...{ timeUs: 1, type: 'NodeStarted', node: nodeId(node), boot, recoveryUs: 0, logRecords: 0 },
});
const hears = (node: number, subject: number, incarnation: number, version: number, ringEpoch: number): TraceEvent => {
  const rest = { staleUs: 0, meanUs: 1, deviationUs: 1 };
  const heard = [{ subject: nodeId(subject), incarnation, version, ringEpoch, ...rest }];
  return { timeUs: version, type: 'GossipMerged', node: nodeId(node), from: nodeId(subject), heard };
};

const found = (events: readonly TraceEvent[]): string | undefined => {
  const invariant = new RingEpochInvariant();
  return events.map((event) => invariant.check(event)?.detail).find((detail) => detail !== undefined);
};

describe('the epoch of the ring', () => {
  test.each<[string, readonly TraceEvent[]]>([
    [
      'rises along the log, whoever tells of it in whatever order',
      [has(1, 5, 2), has(2, 3, 1), has(2, 5, 2), has(1, 9, 4)],
    ],
    ['stays where nothing changes the ring', [has(1, 5, 2), has(1, 6, 2), seen(2, 2), seen(2, 2)]],
    ['is each node’s own', [seen(1, 5), seen(2, 3), hears(3, 1, 1, 9, 5), hears(3, 2, 1, 1, 3), hears(2, 1, 1, 2, 4)]],
    ['begins anew with a boot', [boots(1, 1), seen(1, 5), boots(1, 2), seen(1, 2), has(2, 9, 5)]],
    ['that gossip tells begins anew with an incarnation', [hears(2, 1, 1, 9, 5), hears(2, 1, 2, 0, 1)]],
    ['that gossip tells begins anew with whoever hears it', [hears(2, 1, 1, 9, 5), boots(2, 2), hears(2, 1, 1, 8, 4)]],
  ])('%s', (_, events) => expect(found(events)).toBeUndefined());

  test.each<[string, readonly TraceEvent[]]>([
    ['the ring is at epoch 3 with entry 5 and at 2 with 6', [has(1, 5, 3), has(2, 6, 2)]],
    ['the ring is at epoch 3 with entry 4 and at 2 with 6', [has(1, 6, 2), has(2, 4, 3)]],
    ['n2 goes from epoch 3 of the ring to 2', [boots(2, 7), seen(2, 3), seen(2, 2)]],
    ['n1 in the ears of n2 goes from epoch 5 of the ring to 4', [hears(2, 1, 1, 9, 5), hears(2, 1, 1, 10, 4)]],
  ])('broken: %s', (text, events) => expect(found(events)).toBe(text));

  test('of a replica is broken where it holds less than before, though nothing is wrong with the log', () => {
    expect(found([boots(1, 1), has(1, 6, 4), has(1, 3, 2)])).toBe(
      'the replica on n1 goes from epoch 4 of the ring to 2',
    );
    expect(found([boots(1, 1), has(1, 6, 4), boots(1, 2), has(1, 3, 2)])).toBeUndefined();
    const created = { timeUs: 7, type: 'ReplicaCreated', shard: META_GROUP, node: nodeId(1), replicaId: 9 } as const;
    expect(found([boots(1, 1), has(1, 6, 4), created, has(1, 0, 1)])).toBeUndefined();
  });
});
