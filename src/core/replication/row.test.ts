import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptBytes } from '../base/bytes.ts';
import { nodeId } from '../base/ids.ts';
import { CONFLICTS, type Conflicts } from './choices.ts';
import {
  contextOf,
  decodeRow,
  encodeRow,
  equalRows,
  expireRow,
  liveVersions,
  mergeRows,
  NO_ROW,
  type Row,
} from './row.ts';
import type { Stamp } from './stamp.ts';
import { anyStamp, fewStamps, vector, versionOf } from './testing/arbitrary-row.ts';
import { compareVersions, isDead, type Version } from './version.ts';
import { covers, descends, EMPTY_VECTOR, joinVectors } from './version-vector.ts';
import { writeRow } from './write-row.ts';

const stamp = (wallUs: number, node = 1): Stamp => ({ wallUs, logical: 0, node: nodeId(node) });
const plain = (wallUs: number, value: number | undefined, deadlineUs?: number): Version => ({
  stamp: stamp(wallUs),
  value: value === undefined ? undefined : Uint8Array.of(value),
  deadlineUs,
  clock: undefined,
});
const merge = (conflicts: Conflicts, ...rows: readonly Row[]): Row =>
  rows.reduce((merged, row) => mergeRows(conflicts, merged, row), NO_ROW);

/**
 * Rows as they come about: three replicas of one key, each step a write on one of them with what somebody read somewhere, or what one tells
 * another; values have deadlines, and some replicas drop what has expired.
 */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('write', 'tell', 'expire'),
    at: fc.nat(2),
    of: fc.nat(2),
    reads: fc.boolean(),
    value: fc.option(fc.nat(255), { nil: undefined }),
    ttlUs: fc.option(fc.nat(6), { nil: undefined }),
  }),
  { maxLength: 20 },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

function replicasAfter(conflicts: Conflicts, all: readonly Step[]): readonly Row[] {
  const rows: Row[] = [NO_ROW, NO_ROW, NO_ROW];
  all.forEach(({ kind, at, of, reads, value, ttlUs }, time) => {
    const [here, there] = [rows[at] as Row, rows[of] as Row];
    if (kind === 'tell') rows[at] = mergeRows(conflicts, here, there);
    else if (kind === 'expire') rows[at] = expireRow(here, time);
    else {
      const written = writeRow(
        conflicts,
        here,
        {
          stamp: stamp(time + 1, at + 1),
          value: value === undefined ? undefined : Uint8Array.of(value),
          deadlineUs: value === undefined || ttlUs === undefined ? undefined : time + ttlUs,
          context: reads ? contextOf(there) : EMPTY_VECTOR,
        },
        { node: nodeId(at + 1), continuesFromUs: 0 },
      );
      if (written.type === 'Row') rows[at] = written.row;
    }
  });
  return rows;
}

describe.each(CONFLICTS)('merging rows (%s)', (conflicts) => {
  test('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const [a, b, c] = replicasAfter(conflicts, all) as [Row, Row, Row];
        const whole = encodeRow(merge(conflicts, a, b, c));
        expect(encodeRow(merge(conflicts, c, b, a))).toEqual(whole);
        expect(encodeRow(merge(conflicts, a, merge(conflicts, b, c)))).toEqual(whole);
        expect(encodeRow(merge(conflicts, a, b, c, b, a, a))).toEqual(whole);
        expect(encodeRow(mergeRows(conflicts, a, NO_ROW))).toEqual(encodeRow(a));
      }),
      { numRuns: 400 },
    );
  });

  test('never forgets what either had seen', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const [a, b] = replicasAfter(conflicts, all) as [Row, Row, Row];
        const merged = mergeRows(conflicts, a, b);
        if (conflicts === 'siblings') {
          expect(descends(contextOf(merged), joinVectors(contextOf(a), contextOf(b)))).toBe(true);
        } else {
          for (const version of [...a, ...b])
            expect(compareVersions(version, merged[0] as Version)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});

test('last writer wins for any versions at all, whatever their clocks say', () => {
  const row = fc.option(versionOf(fewStamps), { nil: undefined }).map((version) => (version ? [version] : NO_ROW));
  fc.assert(
    fc.property(row, row, row, (a, b, c) => {
      const once = mergeRows('lww', mergeRows('lww', a, b), c);
      expect(equalRows(mergeRows('lww', c, mergeRows('lww', b, a)), once)).toBe(true);
    }),
  );
});

describe('siblings', () => {
  const life = (node: number, continuesFromUs = 0) => ({ node: nodeId(node), continuesFromUs });
  function put(held: Row, wallUs: number, node: number, context = EMPTY_VECTOR, from = 0): Row {
    const write = { stamp: stamp(wallUs, node), value: Uint8Array.of(wallUs), deadlineUs: undefined, context };
    const made = writeRow('siblings', held, write, life(node, from));
    if (made.type !== 'Row') throw new Error('refused');
    return made.row;
  }
  const values = (row: Row): number[] => row.map(({ value }) => value?.[0] ?? -1).sort((a, b) => a - b);

  test('are what nobody had read when the other was written', () => {
    const first = put(NO_ROW, 1, 1);
    const both = put(first, 2, 1);
    expect(values(both)).toEqual([1, 2]);
    expect(values(put(both, 3, 1, contextOf(both)))).toEqual([3]);
    // Whoever had read only the first replaces only that one.
    expect(values(put(both, 3, 1, contextOf(first)))).toEqual([2, 3]);
  });

  test('of two coordinators that were parted both stay, until a PUT with both as its context', () => {
    const base = put(NO_ROW, 1, 1);
    const left = put(base, 2, 1, contextOf(base));
    const right = put(base, 3, 2, contextOf(base));
    const healed = mergeRows('siblings', left, right);
    expect(values(healed)).toEqual([2, 3]);
    const solved = put(healed, 4, 2, contextOf(healed));
    expect(values(mergeRows('siblings', solved, left))).toEqual([4]);
  });

  test('and a DELETE removes only what its client had read', () => {
    const base = put(NO_ROW, 1, 1);
    const other = put(base, 2, 2);
    const write = { stamp: stamp(3), value: undefined, deadlineUs: undefined, context: contextOf(base) };
    const made = writeRow('siblings', other, write, life(1));
    expect(made.type === 'Row' && values(liveVersions(made.row, 10) as Row)).toEqual([2]);
  });

  test('a node that may have forgotten how far it counted gives no dot out twice', () => {
    // The second write of n1 reached somebody else; its own disk lost it.
    const kept = put(NO_ROW, 1, 1);
    const sent = put(kept, 2, 1, contextOf(kept));
    // A later life of the node, which begins at 10.
    const after = put(kept, 11, 1, contextOf(kept), 10);
    expect(values(mergeRows('siblings', sent, after))).toEqual([2, 11]);
    // And with the same life it would have been lost without a trace.
    const naive = put(kept, 11, 1, contextOf(kept), 0);
    expect(values(mergeRows('siblings', sent, naive))).toHaveLength(1);
  });

  test('a coordinator without a replica never goes on counting from what a client tells', () => {
    const first = put(NO_ROW, 1, 5);
    // Twice with the same context, and it has kept nothing of the first time.
    const [second, third] = [put(NO_ROW, 2, 5, contextOf(first)), put(NO_ROW, 3, 5, contextOf(first))];
    expect(values(merge('siblings', first, second, third))).toEqual([2, 3]);
  });

  test('one whose client has seen more of its own writes than it holds begins anew', () => {
    const first = put(NO_ROW, 1, 1);
    const second = put(first, 2, 1, contextOf(first));
    const forgotten = put(first, 3, 1, contextOf(second));
    expect(values(merge('siblings', second, forgotten))).toEqual([3]);
    // Somebody else has read the second as well, and knows nothing of this one.
    const other = put(second, 4, 2, contextOf(second));
    expect(values(merge('siblings', other, forgotten))).toEqual([3, 4]);
  });

  test('more than 64 are refused', () => {
    let row = NO_ROW;
    for (let i = 1; i <= 64; i++) row = put(row, i, 1);
    const write = { stamp: stamp(99), value: undefined, deadlineUs: undefined, context: EMPTY_VECTOR };
    expect(writeRow('siblings', row, write, life(1))).toEqual({ type: 'TooManySiblings', siblings: 65, max: 64 });
    expect(writeRow('siblings', row, { ...write, context: contextOf(row) }, life(1)).type).toBe('Row');
  });

  test('versions of last writer wins are siblings of each other once siblings are kept', () => {
    const [a, b] = [[plain(1, 1)], [plain(2, 2)]];
    expect(values(mergeRows('siblings', a, b))).toEqual([1, 2]);
    expect(values(mergeRows('lww', a, b))).toEqual([2]);
  });
});

describe('a deadline', () => {
  test('makes a tombstone of a value, with the same stamp', () => {
    const row = [plain(5, 7, 9)];
    expect(liveVersions(row, 8)).toHaveLength(1);
    expect(liveVersions(row, 9)).toHaveLength(0);
    expect(expireRow(row, 8)).toBe(row);
    const expired = expireRow(row, 9);
    expect(expired).toEqual([plain(5, undefined, 9)]);
    // Whoever has dropped the value already, and whoever has not, agree; what is older stays away.
    for (const conflicts of CONFLICTS) expect(merge(conflicts, row, expired)).toEqual(expired);
    expect(merge('lww', expired, [plain(4, 1)])).toEqual(expired);
    expect(merge('lww', expired, [plain(6, 1)])).toEqual([plain(6, 1)]);
  });
});

test('versions are totally ordered', () => {
  const version = versionOf(fewStamps);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
      if (compareVersions(a, b) >= 0 && compareVersions(b, c) >= 0)
        expect(compareVersions(a, c)).toBeGreaterThanOrEqual(0);
      if (compareVersions(a, b) === 0) expect(a).toEqual(b);
      expect(isDead(a, 100)).toBe(a.value === undefined || a.deadlineUs !== undefined);
    }),
  );
});

test('vectors join to the least that descends both', () => {
  fc.assert(
    fc.property(vector, vector, (a, b) => {
      const joined = joinVectors(a, b);
      expect(descends(joined, a) && descends(joined, b)).toBe(true);
      for (const dot of joined) expect(covers(a, dot) || covers(b, dot)).toBe(true);
      expect(joinVectors(b, a)).toEqual(joined);
    }),
  );
});

describe('a row as bytes', () => {
  const rows = fc
    .tuple(fc.constantFrom(...CONFLICTS), fc.array(versionOf(anyStamp), { maxLength: 4 }))
    .map(([conflicts, versions]) => merge(conflicts, ...versions.map((version) => [version])));

  test('comes back', () => {
    fc.assert(fc.property(rows, (row) => void expect(decodeRow(encodeRow(row))).toEqual(row)));
  });

  test('is refused where it is cut off', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (row, cut) => {
        const bytes = encodeRow(row);
        expect(() => decodeRow(bytes.slice(0, cut % bytes.length))).toThrow(CorruptBytes);
      }),
    );
  });

  test('of nonsense is refused or is a row that is written just so', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(decodeRow(encodeRow(decodeRow(bytes)))).toEqual(decodeRow(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptBytes);
        }
      }),
    );
  });

  test('is refused where versions are not in order, or twice', () => {
    const one = encodeRow([plain(1, 1)]);
    const twice = Uint8Array.of(2, ...one.slice(1), ...one.slice(1));
    expect(() => decodeRow(twice)).toThrow('out of order');
    expect(() => decodeRow(Uint8Array.of(...one, 0))).toThrow('too many');
  });
});
