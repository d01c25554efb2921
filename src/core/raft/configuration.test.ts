import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptBytes } from '../base/bytes.ts';
import { nodeId } from '../base/ids.ts';
import { voteResult } from './agreement.ts';
import { decodeConfiguration, simpleConfiguration } from './configuration.ts';
import { encodeConfiguration } from './write-configuration.ts';

const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 7 })
  .map((drawn) => [...drawn].sort((a, b) => a - b).map(nodeId));

test('a configuration comes back as it was written, and garbage never passes for one', () => {
  const some = fc.record({ voters: ids.filter((voters) => voters.length > 0), votersOutgoing: ids, learners: ids });
  fc.assert(
    fc.property(some, (configuration) => {
      expect(decodeConfiguration(encodeConfiguration(configuration))).toEqual(configuration);
    }),
  );
  const bytes = encodeConfiguration(simpleConfiguration({ voters: [1, 2, 3].map(nodeId), learners: [] }));
  for (const bad of [[], [0, 0, 0], [2, 2, 1, 0, 0], [1, 0, 0, 0], [9, 1], [...bytes, 0]]) {
    expect(() => decodeConfiguration(Uint8Array.from(bad)), bad.join()).toThrow(CorruptBytes);
  }
});

test('an election is won by both majorities, and lost as soon as either cannot be had', () => {
  const voters = [1, 2, 3].map(nodeId);
  const joint = { voters, votersOutgoing: [3, 4, 5].map(nodeId), learners: [nodeId(6)] };
  const votes = (yes: number[], no: number[] = []) =>
    new Map([...yes.map((id) => [nodeId(id), true] as const), ...no.map((id) => [nodeId(id), false] as const)]);
  expect(voteResult({ ...joint, votersOutgoing: [] }, votes([1, 2]))).toBe('won');
  expect(voteResult(joint, votes([1, 2]))).toBe('open');
  expect(voteResult(joint, votes([1, 2, 6]))).toBe('open');
  expect(voteResult(joint, votes([1, 3, 4]))).toBe('won');
  expect(voteResult(joint, votes([1, 2, 3], [4, 5]))).toBe('lost');
  expect(voteResult(joint, votes([3, 4, 5], [1, 2]))).toBe('lost');
});
