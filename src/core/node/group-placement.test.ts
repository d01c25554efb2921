import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import type { ProgressView } from '../raft/progress.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { GroupPlacement } from './group-placement.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

const [N1, N2, N3] = [nodeId(1), nodeId(2), nodeId(3)];
const NOW_US = 1_000_000;

/** n1 leads; the others have answered like this. */
function hearing(progress: Readonly<Record<number, Partial<ProgressView>>>): boolean {
  const env = { nowUs: NOW_US, limits: { electionTimeoutUsMax: 300_000 } } as ReplicaEnvironment;
  const raft = { progressOf: (node: number) => progress[node] } as unknown as RaftGroup;
  return new GroupPlacement(env, raft, { id: N1 } as ReplicaScope).hearsMajority([N1, N2, N3]);
}

test('a leader hears a majority where as many confirmed an entry to it and answered within an election timeout', () => {
  const heard = { matchIndex: 7, lastAnswerUs: NOW_US - 299_999 };
  expect(hearing({ [N2]: heard })).toBe(true);
  expect(hearing({ [N2]: { ...heard, lastAnswerUs: NOW_US - 300_000 } })).toBe(false);
  // A new leader gives everybody an election timeout: that is a respite, and no answer.
  expect(
    hearing({ [N2]: { matchIndex: 0, lastAnswerUs: NOW_US }, [N3]: { matchIndex: 0, lastAnswerUs: NOW_US } }),
  ).toBe(false);
  expect(hearing({})).toBe(false);
});
