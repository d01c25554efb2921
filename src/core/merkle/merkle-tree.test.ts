import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DiskRoutine } from '../base/disk.ts';
import { LEAVES } from './leaves.ts';
import type { MerklePass } from './merkle-pass.ts';
import { MerkleTree } from './merkle-tree.ts';
import { type Content, cellOf, hashesOf, keyOf, leafOfKey, rowsOf, sourceOf } from './testing/content.ts';

type Step =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly cell: { readonly value: string; readonly deadlineUs: number };
    }
  /** A client deletes it, or its deadline has come. */
  | { readonly type: 'remove'; readonly key: string }
  | { readonly type: 'begin' }
  /** One of those under way, by its place among them. */
  | { readonly type: 'end' | 'give up'; readonly which: number }
  | { readonly type: 'doubt' };

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('put' as const), key: keyOf, cell: cellOf }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), key: keyOf }) },
  { weight: 2, arbitrary: fc.constant({ type: 'begin' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('give up' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'doubt' as const }) },
);

function run<T>(routine: DiskRoutine<T>): T {
  const step = routine.next();
  if (!step.done) throw new Error('nothing is on a disk here');
  return step.value;
}

/** A replica and its tree, with passes that go on while it is written to. */
class Written {
  readonly tree = new MerkleTree();
  private content: Content = new Map();
  private readonly passes: { readonly pass: MerklePass; readonly asOf: Content }[] = [];
  ended = 0;

  take(step: Step): void {
    switch (step.type) {
      case 'put':
        this.content = new Map([...this.content, [step.key, step.cell]]);
        this.tree.mark(leafOfKey(step.key));
        return;
      case 'remove': {
        const { key } = step;
        this.content = new Map([...this.content].filter(([other]) => other !== key));
        this.tree.mark(leafOfKey(key));
        return;
      }
      case 'begin':
        this.passes.push({ pass: this.tree.begin(), asOf: this.content });
        return;
      case 'doubt':
        this.tree.markAll();
        return;
      default:
        if (this.passes.length > 0) this.finish(step.type, step.which % this.passes.length);
    }
  }

  private finish(type: 'end' | 'give up', which: number): void {
    const [taken] = this.passes.splice(which, 1);
    if (type === 'give up' || taken === undefined) return;
    this.ended++;
    const rows = rowsOf(taken.asOf);
    const source = sourceOf(rows);
    while (!run(taken.pass.slice(source, { rows: 2, bytes: 1000 })));
    const found = taken.pass.end();
    expect(found.differingLeaves(hashesOf(rows)), 'as of the moment at which the pass began').toEqual([]);
    expect(found.root).toEqual(hashesOf(rows).root);
  }
}

describe('a tree that is kept', () => {
  test('comes with every pass to what a tree made anew would be, whatever is written, begun, given up or ended in between', () => {
    let ended = 0;
    fc.assert(
      fc.property(fc.array(stepOf, { maxLength: 60 }), (steps) => {
        const written = new Written();
        for (const step of steps) written.take(step);
        for (const type of ['begin', 'end'] as const) written.take({ type, which: 0 });
        ended += written.ended;
      }),
      { numRuns: 300 },
    );
    expect(ended).toBeGreaterThan(300);
  });

  test('rebuilds only what was written since the last pass began, and reads what it does not rebuild no further than its leaf', () => {
    const tree = new MerkleTree();
    expect(tree.dirtyLeaves).toBe(LEAVES);
    tree.begin().end();
    expect(tree.dirtyLeaves).toBe(0);
    tree.mark(7);
    const pass = tree.begin();
    tree.mark(7);
    tree.mark(9);
    pass.end();
    expect(tree.dirtyLeaves).toBe(2);
    tree.begin().end();
    // Nothing was marked: what the row says is not believed, and costs no hash.
    const [row] = rowsOf(new Map([['k1', { value: 'v', deadlineUs: 0 }]]));
    const clean = tree.begin();
    clean.add(row!);
    expect(clean.end().root).toEqual(hashesOf([]).root);
    tree.markAll();
    const anew = tree.begin();
    anew.add(row!);
    expect(anew.end().root).toEqual(hashesOf([row!]).root);
  });

  test('of nothing has the root of nothing', () => {
    expect(new MerkleTree().begin().end().root).toEqual(hashesOf([]).root);
  });
});

test('raft bug 49: what expired or was deleted leaves no trace: the root is that of a replica that never had it', () => {
  const kept: Content = new Map([['k1', { value: 'kept', deadlineUs: 0 }]]);
  const gone: Content = new Map([
    ['k2', { value: 'gone at 5', deadlineUs: 5 }],
    ['k3', { value: 'deleted', deadlineUs: 0 }],
  ]);
  const tree = new MerkleTree();
  const build = (content: Content) => {
    const pass = tree.begin();
    for (const row of rowsOf(content)) pass.add(row);
    return pass.end();
  };
  const before = build(new Map([...kept, ...gone]));
  for (const key of gone.keys()) tree.mark(leafOfKey(key));
  const after = build(kept);
  expect(after.root).toEqual(hashesOf(rowsOf(kept)).root);
  expect(after.differingLeaves(before)).toEqual(['k2', 'k3'].map(leafOfKey));
});

describe('a slice', () => {
  const rows = rowsOf(new Map(['k1', 'k2', 'k3', 'k4', 'k5'].map((key) => [key, { value: 'four', deadlineUs: 0 }])));

  test.each([
    ['rows', { rows: 2, bytes: 1000 }, [2, 4, 6]],
    ['bytes, with the row that reaches them', { rows: 100, bytes: 8 }, [2, 4, 6]],
    ['neither: the rows', { rows: 100, bytes: 1000 }, [6]],
  ])('ends with its %s', (_, limit, taken) => {
    const pass = new MerkleTree().begin();
    const source = sourceOf(rows);
    const counts: number[] = [];
    for (let done = false; !done; ) {
      done = run(pass.slice(source, limit));
      counts.push(source.taken);
    }
    expect(counts).toEqual(taken);
    expect(pass.end().root).toEqual(hashesOf(rows).root);
  });

  test('of a pass that has ended is refused', () => {
    const pass = new MerkleTree().begin();
    pass.end();
    expect(() => run(pass.slice(sourceOf(rows), { rows: 1, bytes: 1 }))).toThrow('takes no more rows');
    expect(() => pass.end()).toThrow('ends once');
  });
});
