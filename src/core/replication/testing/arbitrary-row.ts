import fc from 'fast-check';
import { nodeId } from '../../base/ids.ts';
import type { Stamp } from '../stamp.ts';
import { LOGICAL_MAX } from '../stamp.ts';
import type { Version } from '../version.ts';
import type { Dot, VersionVector } from '../version-vector.ts';
import { joinVectors } from '../version-vector.ts';

/** Few different ones, so that equal ones occur. */
export const fewStamps: fc.Arbitrary<Stamp> = fc.record({
  wallUs: fc.integer({ min: 0, max: 5 }),
  logical: fc.integer({ min: 0, max: 2 }),
  node: fc.integer({ min: 1, max: 3 }).map(nodeId),
});

export const anyStamp: fc.Arbitrary<Stamp> = fc.record({
  wallUs: fc.maxSafeNat(),
  logical: fc.integer({ min: 0, max: LOGICAL_MAX }),
  node: fc.integer({ min: 0, max: 65_535 }).map(nodeId),
});

const dot: fc.Arbitrary<Dot> = fc.record({ actor: fewStamps, counter: fc.integer({ min: 1, max: 4 }) });

export const vector: fc.Arbitrary<VersionVector> = fc
  .array(dot, { maxLength: 5 })
  .map((dots) => dots.reduce<VersionVector>((joined, each) => joinVectors(joined, [each]), []));

/** @param stamps few or any */
export const versionOf = (stamps: fc.Arbitrary<Stamp>): fc.Arbitrary<Version> =>
  fc.record({
    stamp: stamps,
    value: fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined }),
    deadlineUs: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
    clock: fc.option(fc.record({ dot, context: vector }), { nil: undefined }),
  });
