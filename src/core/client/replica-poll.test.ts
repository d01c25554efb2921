import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import type { Configuration } from '../raft/configuration.ts';
import { type ReplicaAnswer, ReplicaPoll } from './replica-poll.ts';

const [N1, N2, N3, N4] = [nodeId(1), nodeId(2), nodeId(3), nodeId(4)];
const ALL = [N1, N2, N3];
const THREE: Configuration = { voters: ALL, votersOutgoing: [], learners: [] };

/** A replica that has applied all but its tail. */
function answer(
  appliedIndex: number,
  lastIndex: number,
  change: Partial<Extract<ReplicaAnswer, { readonly type: 'ReplicaValue' }>> = {},
): ReplicaAnswer {
  return {
    type: 'ReplicaValue',
    value: encodeUtf8(`v${appliedIndex}`),
    isDue: false,
    replicaId: 0,
    leads: false,
    term: 1,
    appliedIndex,
    commitIndex: appliedIndex,
    lastIndex,
    configuration: THREE,
    configurationIndex: 0,
    ...change,
  };
}

const quorum = (): ReplicaPoll => new ReplicaPoll('quorum', 0);
const shown = (poll: ReplicaPoll): string =>
  poll.result === undefined ? `waits for ${poll.bound}` : `n${poll.result.node} at ${poll.result.answer.appliedIndex}`;

describe('a quorum read', () => {
  test('takes a majority of the voters, and the freshest of them', () => {
    const poll = quorum();
    expect(poll.next(ALL)).toEqual(ALL);
    poll.heard(1, N1, answer(5, 5));
    expect(shown(poll)).toBe('waits for undefined');
    poll.heard(2, N3, answer(7, 7));
    expect(shown(poll)).toBe('n3 at 7');
    expect(poll.result).toMatchObject({ heard: 2, voters: 3 });
  });

  test('waits until what stands in the logs is applied, committed or not', () => {
    const poll = quorum();
    poll.heard(1, N1, answer(5, 8));
    poll.heard(2, N2, answer(7, 7));
    expect(shown(poll)).toBe('waits for 8');
    // Both are asked again; n3 was never heard of.
    expect(poll.next(ALL)).toEqual(ALL);
    poll.heard(3, N2, answer(7, 9));
    expect(shown(poll)).toBe('waits for 8');
    poll.heard(4, N1, answer(8, 9));
    expect(shown(poll)).toBe('n1 at 8');
  });

  test('learners count for nothing, neither towards the majority nor with their logs', () => {
    const configuration: Configuration = { voters: [N1, N2], votersOutgoing: [], learners: [N3] };
    const poll = quorum();
    poll.heard(1, N1, answer(5, 5, { configuration }));
    poll.heard(2, N3, answer(5, 9, { configuration }));
    expect(shown(poll)).toBe('waits for undefined');
    poll.heard(3, N2, answer(5, 5, { configuration }));
    expect(shown(poll)).toBe('n1 at 5');
  });

  test('while joint both majorities are needed, and whoever is named is asked', () => {
    const configuration: Configuration = { voters: [N1, N2, N4], votersOutgoing: ALL, learners: [] };
    const joint = { configuration, configurationIndex: 4 };
    const poll = quorum();
    poll.heard(1, N1, answer(5, 5, joint));
    poll.heard(2, N4, answer(5, 5, joint));
    expect(shown(poll)).toBe('waits for undefined');
    expect(poll.next(ALL)).toEqual([N2, N3]);
    poll.heard(3, N3, answer(6, 6, joint));
    expect(shown(poll)).toBe('n3 at 6');
  });

  test('a configuration of which only one log tells, and which may never be committed, adds its majority and takes none away', () => {
    const joint: Configuration = { voters: [N1, N2, N4], votersOutgoing: ALL, learners: [] };
    const poll = quorum();
    poll.heard(1, N1, answer(5, 6, { configuration: joint, configurationIndex: 6 }));
    poll.heard(2, N3, answer(5, 5));
    // A majority of the old voters, and of the new ones only n1.
    expect(shown(poll)).toBe('waits for undefined');
    poll.heard(3, N2, answer(5, 6, { configuration: joint, configurationIndex: 6 }));
    expect(shown(poll)).toBe('waits for 6');
  });

  test('two changes of which at most one can be committed: what is in the later place is not the newer one', () => {
    const dead: Configuration = { voters: [N1, N2], votersOutgoing: ALL, learners: [] };
    const real: Configuration = { voters: [N2, N4], votersOutgoing: ALL, learners: [] };
    const poll = quorum();
    poll.heard(1, N1, answer(5, 12, { configuration: dead, configurationIndex: 12 }));
    poll.heard(2, N2, answer(5, 10, { configuration: real, configurationIndex: 10 }));
    expect(shown(poll)).toBe('waits for undefined');
    poll.heard(3, N4, answer(5, 10, { configuration: real, configurationIndex: 10 }));
    expect(shown(poll)).toBe('waits for 12');
  });

  test('a majority of an older configuration says nothing where a newer one is committed', () => {
    const configuration: Configuration = { voters: [N2, N3, N4], votersOutgoing: [], learners: [] };
    const newer = { configuration, configurationIndex: 6 };
    const poll = quorum();
    poll.heard(1, N1, answer(5, 5));
    poll.heard(2, N2, answer(7, 7, newer));
    expect(shown(poll)).toBe('waits for undefined');
    expect(poll.next(ALL)).toEqual([N3, N4]);
    poll.heard(3, N4, answer(8, 8, newer));
    expect(shown(poll)).toBe('n4 at 8');
  });

  test('another replica of a voter than the one that is meant counts for nothing', () => {
    const replicas = [1, 2, 3].map((replicaId) => ({ node: nodeId(replicaId), replicaId }));
    const configuration = { ...THREE, replicas };
    const poll = quorum();
    poll.heard(1, N1, answer(5, 5, { configuration, replicaId: 1 }));
    poll.heard(2, N2, answer(5, 5, { configuration, replicaId: 9 }));
    expect(shown(poll)).toBe('waits for undefined');
    poll.heard(3, N3, answer(5, 5, { configuration, replicaId: 3 }));
    expect(shown(poll)).toBe('n1 at 5');
  });

  test('property: whatever a majority holds on disk when the read begins is in what it shows', () => {
    const log = fc.record({ applied: fc.nat(20), tail: fc.nat(5) });
    fc.assert(
      fc.property(fc.tuple(log, log, log), fc.shuffledSubarray([0, 1, 2], { minLength: 2 }), (logs, heard) => {
        const lasts = logs.map(({ applied, tail }) => applied + tail).sort((a, b) => b - a);
        const committed = lasts[1] as number;
        const poll = quorum();
        for (const at of heard) {
          const { applied, tail } = logs[at] as { applied: number; tail: number };
          poll.heard(1, ALL[at] as never, answer(applied, applied + tail));
        }
        expect(poll.bound).toBeGreaterThanOrEqual(committed);
        if (poll.result !== undefined) expect(poll.result.answer.appliedIndex).toBeGreaterThanOrEqual(committed);
      }),
    );
  });
});

describe('R=3', () => {
  test('waits for all, compares what was told behind one entry, and names those that differ', () => {
    const poll = new ReplicaPoll('all', 0);
    poll.heard(1, N1, answer(5, 5));
    poll.heard(2, N2, answer(5, 6, { value: encodeUtf8('other') }));
    expect(shown(poll)).toBe('waits for undefined');
    expect(poll.difference).toEqual({ index: 5, nodes: [N1, N2] });
    poll.heard(3, N3, answer(6, 6));
    expect(shown(poll)).toBe('waits for 6');
    poll.heard(4, N1, answer(6, 6));
    expect(shown(poll)).toBe('waits for 6');
    poll.heard(5, N2, answer(7, 7));
    expect(shown(poll)).toBe('n2 at 7');
  });

  test('makes do with a majority when one does not answer', () => {
    const poll = new ReplicaPoll('all', 0);
    poll.heard(1, N1, answer(5, 5));
    poll.heard(2, N2, answer(5, 5));
    expect(poll.result).toBeUndefined();
    poll.refused(N3);
    expect(poll.lacksVoter).toBe(true);
    poll.lower(3);
    expect(shown(poll)).toBe('n1 at 5');
  });
});

test('W=3 knows who has not applied the entry', () => {
  const poll = new ReplicaPoll('applied', 0, 7);
  expect(poll.missing(ALL)).toEqual(ALL);
  poll.heard(1, N1, answer(7, 7));
  poll.heard(2, N2, answer(8, 8));
  expect([poll.result, poll.missing(ALL)]).toEqual([undefined, [N3]]);
  poll.heard(3, N3, { ...answer(6, 8), type: 'ReplicaBehind' } as ReplicaAnswer);
  expect(poll.missing(ALL)).toEqual([N3]);
  poll.heard(4, N3, answer(7, 8));
  expect([poll.missing(ALL), poll.result?.voters]).toEqual([[], 3]);
});
