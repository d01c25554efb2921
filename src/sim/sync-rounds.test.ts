import { expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import type { SyncEnded } from '../core/node/eventual/sync-event.ts';
import { SyncRounds } from './sync-rounds.ts';

const S0 = shardId(0);
const nodes = (...ids: readonly number[]) => ids.map(nodeId);

function compared(node: number, peer: number, end: Partial<SyncEnded> = {}) {
  const nothing = { hashes: 1, keys: 0, leaves: 0, sent: 0, taken: 0, refused: 0, keysHeld: 1, scanned: 1 };
  const event = { type: 'SyncEnded', shard: S0, peer: nodeId(peer), sync: 1, outcome: 'equal', ...nothing } as const;
  return { ...event, ...end, node: nodeId(node), timeUs: 1 };
}

const at = { shard: S0, node: nodeId(1), timeUs: 2 } as const;
const applied = { ...at, type: 'RowApplied', key: new Uint8Array(), from: nodeId(1), purpose: 'write' } as const;
const versions = { held: [], dropped: [], replaced: [] };

test('homes are equal that are linked by comparisons which found equal roots', () => {
  const rounds = new SyncRounds();
  expect(rounds.areEqual(S0, nodes(1))).toBe(true);
  expect(rounds.areEqual(S0, nodes(1, 2))).toBe(false);
  rounds.observe(compared(3, 4));
  rounds.observe(compared(2, 3));
  expect(rounds.areEqual(S0, nodes(1, 2, 3, 4))).toBe(false);
  rounds.observe(compared(1, 2));
  expect(rounds.areEqual(S0, nodes(1, 2, 3, 4))).toBe(true);
  // n2 and n3 are no homes any more.
  expect(rounds.areEqual(S0, nodes(1, 4))).toBe(true);
  expect(rounds.areEqual(shardId(1), nodes(1, 2))).toBe(false);
});

test('what changes any row makes earlier comparisons worth nothing; what changes none does not', () => {
  const changes = [
    { ...applied, ...versions, isChanged: true },
    { ...at, type: 'EventualCopyCompleted', peer: nodeId(2), keys: 1 },
    { ...at, type: 'EventualLossAccepted', homes: nodes(1) },
    { ...at, type: 'EventualRowsLost' },
    compared(3, 1, { outcome: 'exchanged', taken: 1 }),
    compared(3, 1, { outcome: 'exchanged', sent: 1 }),
  ] as const;
  for (const change of changes) {
    const rounds = new SyncRounds();
    rounds.observe(compared(1, 2));
    rounds.observe({ ...applied, ...versions, isChanged: false });
    rounds.observe(compared(3, 1, { outcome: 'no answer' }));
    expect(rounds.areEqual(S0, nodes(1, 2))).toBe(true);
    rounds.observe(change);
    expect(rounds.areEqual(S0, nodes(1, 2)), change.type).toBe(false);
  }
});

test('rounds of purging count that were completed, and the furthest of them', () => {
  const rounds = new SyncRounds();
  const ended = { ...at, type: 'PurgeRoundEnded', round: 1, waitedFor: [] } as const;
  expect(rounds.watermarkUs(S0)).toBe(0);
  rounds.observe({ ...ended, watermarkUs: 900, isCompleted: false });
  rounds.observe({ ...ended, watermarkUs: 500, isCompleted: true });
  rounds.observe({ ...ended, watermarkUs: 400, isCompleted: true });
  expect([rounds.watermarkUs(S0), rounds.purges]).toEqual([500, 2]);
});
