import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import type { Hash64 } from '../base/hash128.ts';
import { judgeRoots } from './judge-roots.ts';
import { LEAVES, UNPLACED_LEAF } from './leaves.ts';
import type { MerkleHashes } from './merkle-hashes.ts';
import type { MerkleRow } from './merkle-row.ts';
import { hashesAsked, isSoundQuestion, MerkleWalk, type WalkQuestion } from './merkle-walk.ts';
import { hashesOf } from './testing/content.ts';

const row = (leaf: number, key: string, value: string): MerkleRow => ({
  leaf,
  key: new TextEncoder().encode(key),
  value: new TextEncoder().encode(value),
});

/** By leaf and number within it. */
type Rows = ReadonlyMap<string, MerkleRow>;

const leafOf = fc.oneof(
  { weight: 9, arbitrary: fc.nat(LEAVES - 1) },
  { weight: 1, arbitrary: fc.constant(UNPLACED_LEAF) },
);
const rowsOf: fc.Arbitrary<Rows> = fc
  .array(fc.tuple(leafOf, fc.nat(3), fc.nat(9)), { maxLength: 400 })
  .map(
    (all) =>
      new Map(all.map(([leaf, number, value]) => [`${leaf}/${number}`, row(leaf, `k${leaf}/${number}`, `v${value}`)])),
  );

/** What the other one has more, less and otherwise. */
const changesOf = fc.array(fc.tuple(leafOf, fc.nat(3), fc.constantFrom('changed', undefined)), { maxLength: 40 });

function changed(rows: Rows, changes: readonly (readonly [number, number, string | undefined])[]): Rows {
  const other = new Map(rows);
  for (const [leaf, number, value] of changes) {
    if (value === undefined) other.delete(`${leaf}/${number}`);
    else other.set(`${leaf}/${number}`, row(leaf, `k${leaf}/${number}`, value));
  }
  return other;
}

/** Asks until nothing is left to ask. @returns the questions, and the rows that came */
function walk(own: MerkleHashes, theirs: MerkleHashes, rows: readonly MerkleRow[], piece = 3) {
  const walk = new MerkleWalk(own);
  const questions: WalkQuestion[] = [];
  const told: MerkleRow[] = [];
  for (let question = walk.question; question !== undefined; question = walk.question) {
    questions.push(question);
    expect(isSoundQuestion(question)).toBe(true);
    if (question.type !== 'rows') {
      expect(walk.hashesTold(hashesAsked(theirs, question))).toBe(true);
      continue;
    }
    const { leaves } = question;
    const asked = rows.filter(({ leaf }) => leaves.includes(leaf));
    for (let at = 0; at === 0 || at < asked.length; at += piece) {
      const some = asked.slice(at, at + piece);
      told.push(...some);
      walk.rowsTold(some.length, at + piece >= asked.length);
    }
  }
  return { hashes: walk.hashes, keys: walk.keys, questions, told };
}

const list = (rows: Rows): MerkleRow[] => [...rows.values()];

describe('a walk', () => {
  test('asks for the rows of the leaves that differ and of no other, for at most 1 + 64 hashes each, whichever tree is the bigger one', () => {
    let differing = 0;
    fc.assert(
      fc.property(rowsOf, changesOf, fc.boolean(), (rows, changes, swap) => {
        const [mine, yours] = swap ? [changed(rows, changes), rows] : [rows, changed(rows, changes)];
        const [own, theirs] = [hashesOf(list(mine)), hashesOf(list(yours))];
        const leaves = own.differingLeaves(theirs);
        const { hashes, keys, questions, told } = walk(own, theirs, list(yours));
        differing += leaves.length;
        expect(hashes).toBeGreaterThanOrEqual(1);
        expect(hashes).toBeLessThanOrEqual(1 + 64 * leaves.length);
        expect(questions.length).toBeLessThanOrEqual(4);
        const last = questions.at(-1);
        expect(last?.type === 'rows' ? last.leaves : []).toEqual(leaves);
        expect(keys).toBe(told.length);
        expect(told).toHaveLength(list(yours).filter(({ leaf }) => leaves.includes(leaf)).length);
        // What came, in place of what was there under those leaves, makes the trees equal.
        const repaired = [...list(mine).filter(({ leaf }) => !leaves.includes(leaf)), ...told];
        expect(hashesOf(repaired).root).toEqual(theirs.root);
      }),
      { numRuns: 200 },
    );
    expect(differing).toBeGreaterThan(300);
  });

  test('of nothing against much, and of much against nothing', () => {
    const full = Array.from({ length: 2000 }, (_, i) => row(i % LEAVES, `k${i}`, 'v'));
    const all = walk(hashesOf([]), hashesOf(full), full);
    expect(all).toMatchObject({ hashes: 1 + 32 + 1024, keys: 2000 });
    expect(walk(hashesOf(full), hashesOf([]), [])).toMatchObject({ hashes: 1 + 32 + 1024, keys: 0 });
  });

  test('one hash where the roots are equal', () => {
    const rows = [row(3, 'a', 'v'), row(UNPLACED_LEAF, 'b', 'v')];
    expect(walk(hashesOf(rows), hashesOf(rows), rows)).toMatchObject({
      hashes: 1,
      keys: 0,
      questions: [{ type: 'root' }],
    });
  });

  test('one row of a thousand: 65 hashes and the rows of its leaf; one without a token: 33', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => row(i % 500, `k${i}`, 'v'));
    const other = [...rows.slice(1), row(0, 'k0', 'w')];
    expect(walk(hashesOf(rows), hashesOf(other), other)).toMatchObject({ hashes: 65, keys: 2 });
    const more = [...rows, row(UNPLACED_LEAF, 'session', 'w')];
    const unplaced = walk(hashesOf(rows), hashesOf(more), more);
    expect(unplaced).toMatchObject({ hashes: 33, keys: 1 });
    expect(unplaced.questions.at(-1)).toEqual({ type: 'rows', leaves: [UNPLACED_LEAF] });
  });

  test('takes no answer of another length, and asks again', () => {
    const own = new MerkleWalk(hashesOf([]));
    expect(own.hashesTold([])).toBe(false);
    expect(own).toMatchObject({ question: { type: 'root' }, hashes: 0 });
  });

  test.each<[string, WalkQuestion, boolean]>([
    ['the last node whose leaves are told', { type: 'leaves', nodes: [31] }, true],
    ['the node of rows without a token', { type: 'leaves', nodes: [32] }, false],
    ['the leaf of rows without a token', { type: 'rows', leaves: [UNPLACED_LEAF] }, true],
    ['a leaf that is none', { type: 'rows', leaves: [LEAVES] }, false],
  ])('may ask for %s: %s', (_, question, sound) => {
    expect(isSoundQuestion(question)).toBe(sound);
  });
});

describe('raft bug 49: whose root is right', () => {
  const [A, B, C] = ['a', 'b', 'c'].map((value) => hashesOf([row(1, 'k', value)]).root) as [Hash64, Hash64, Hash64];

  test.each<[string, Record<string, Hash64>, Hash64 | undefined, string]>([
    ['all the same', { n1: A, n2: A, n3: A, n4: A }, A, ''],
    ['one that differs, who asks', { n1: B, n2: A, n3: A, n4: A }, A, 'n1'],
    ['a learner that differs', { n1: A, n2: A, n3: A, n4: B }, A, 'n4'],
    ['one that differs and a learner that agrees with it', { n1: A, n2: B, n3: A, n4: B }, A, 'n2 n4'],
    ['1–1–1: nobody', { n1: A, n2: B, n3: C, n4: A }, undefined, ''],
    ['1–1 of three: nobody, for the third may have either', { n1: A, n2: B }, undefined, ''],
    ['two of three, and nothing of the third', { n1: A, n2: A }, A, ''],
    ['one of three', { n1: A }, undefined, ''],
  ])('%s', (_, told, root, damaged) => {
    const judged = judgeRoots(['n1', 'n2', 'n3'], ['n4'], new Map(Object.entries(told)));
    expect(judged.root).toEqual(root);
    expect(judged.damaged.join(' ')).toBe(damaged);
    expect(judged.isEqual).toBe(new Set(Object.values(told)).size === 1);
    expect(judged.missing).toEqual(['n1', 'n2', 'n3', 'n4'].filter((member) => told[member] === undefined));
  });

  test('at most a minority of the voters is ever called damaged, and two majorities are never both right', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(2), { nil: undefined }), { minLength: 1, maxLength: 7 }), (votes) => {
        const voters = votes.map((_, place) => place);
        const roots = new Map(
          votes.flatMap((vote, place) =>
            vote === undefined ? [] : [[place, must([A, B, C][vote], 'a root')] as const],
          ),
        );
        const { root, damaged } = judgeRoots(voters, [], roots);
        if (root === undefined) expect(damaged).toEqual([]);
        else expect(2 * damaged.length).toBeLessThan(voters.length);
      }),
    );
  });
});
