import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FlushJob } from './flush-job.ts';
import { key } from './testing/bytes.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, get, open, TINY, write } from './testing/store.ts';

/** Keys of all kinds and few of them, so that they meet again. */
const NAMES = ['', '\0', 'a', 'aa', 'ab', 'ab\0', 'b', 'é', 'キー', '🔑', 'z'.repeat(70), 'zz'];

type Step =
  | { type: 'batch'; ops: { name: string; value: string | undefined }[] }
  | { type: 'get'; name: string; back: number }
  | { type: 'scan'; from: string; to: string; limit: number; back: number }
  | { type: 'startFlush'; back: number }
  | { type: 'stepFlush' }
  | { type: 'reopen' };

const name = fc.constantFrom(...NAMES);
const back = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 }));
const op = fc.record({
  name,
  value: fc.option(
    fc.string({ maxLength: 90 }).map((s) => s.replaceAll('=', '')),
    { nil: undefined },
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('batch' as const), ops: fc.array(op, { maxLength: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('get' as const), name, back }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('scan' as const), from: name, to: name, limit: fc.nat({ max: 8 }), back }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('startFlush' as const), back }) },
  { weight: 5, arbitrary: fc.constant({ type: 'stepFlush' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'reopen' as const }) },
);

/** The store as a list: every write there ever was, with the sequence that the engine gave it. */
interface ModelWrite {
  name: string;
  value: string | undefined;
  sequence: number;
}

/** Engine and model side by side; the node's log is the list of batches, a batch's position its log index. */
class Pair {
  disk = new MemoryDisk();
  engine = open(this.disk);
  batches: Extract<Step, { type: 'batch' }>['ops'][] = [];
  writes: ModelWrite[] = [];
  job: FlushJob | undefined;
  /** No read goes back behind it. */
  oldestSnapshot = 0;

  snapshot(back: number): number {
    return Math.max(this.oldestSnapshot, this.engine.lastSequence - back);
  }

  apply(index: number): void {
    const ops = this.batches[index - 1] ?? [];
    let sequence = this.engine.lastSequence;
    for (const { name, value } of ops) this.writes.push({ name, value, sequence: ++sequence });
    write(this.engine, ...ops.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)));
    expect(this.engine.lastSequence).toBe(sequence);
    this.engine.setApplied(0, 1, index);
  }

  live(atSequence: number): Map<string, string> {
    return liveAfter(this.writes.filter((w) => w.sequence <= atSequence));
  }

  stepFlush(): void {
    if (this.job === undefined) return;
    const transaction = this.job.next();
    if (transaction !== undefined) {
      this.disk.transact(transaction);
    } else {
      this.job.done();
      this.job = undefined;
    }
  }

  reopen(): void {
    this.job = undefined;
    this.engine = open(this.disk);
    const flushed = this.engine.appliedIndex(0, 1);
    this.writes = this.writes.filter((w) => w.sequence <= this.engine.lastSequence);
    const replayed = this.batches.slice(0, flushed).flat().length;
    expect(this.writes.length).toBe(replayed);
    for (let index = flushed + 1; index <= this.batches.length; index++) this.apply(index);
    const sweep = this.engine.orphanSweep();
    if (sweep !== undefined) this.disk.transact(sweep);
  }

  run(step: Step): void {
    const { engine, disk } = this;
    switch (step.type) {
      case 'batch':
        this.batches.push(step.ops);
        this.apply(this.batches.length);
        break;
      case 'get': {
        const at = this.snapshot(step.back);
        expect(get(engine, disk, step.name, at)).toBe(this.live(at).get(step.name));
        break;
      }
      case 'scan': {
        const at = this.snapshot(step.back);
        const inRange = sorted(this.live(at)).filter(([n]) => compare(n, step.from) >= 0 && compare(n, step.to) < 0);
        const { pairs, more } = disk.run(engine.scan(key(step.from), key(step.to), step.limit, { atSequence: at }));
        const read = pairs.map((p) => [p.key.subarray(7), p.value].map((b) => Buffer.from(b).toString()));
        expect(read).toEqual(inRange.slice(0, step.limit));
        expect(more).toBe(inRange.length > step.limit);
        break;
      }
      case 'startFlush':
        if (this.job !== undefined) break;
        this.oldestSnapshot = this.snapshot(step.back);
        this.job = engine.startFlush(this.oldestSnapshot);
        break;
      case 'stepFlush':
        this.stepFlush();
        break;
      case 'reopen':
        this.reopen();
        break;
    }
  }
}

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sorted = (live: Map<string, string>): [string, string][] => [...live].sort(([a], [b]) => compare(a, b));

function liveAfter(writes: readonly { name: string; value: string | undefined }[]): Map<string, string> {
  const live = new Map<string, string>();
  for (const { name, value } of writes) {
    if (value === undefined) live.delete(name);
    else live.set(name, value);
  }
  return live;
}

test('the engine answers as a list would, and any crash leaves exactly the flushed batches', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 120, size: 'max' }), (steps) => {
      const pair = new Pair();
      for (const each of steps) pair.run(each);
      for (let count = 0; count <= pair.disk.journal.length; count++) {
        const disk = pair.disk.crashedAfter(count);
        const engine = open(disk);
        const flushed = liveAfter(pair.batches.slice(0, engine.appliedIndex(0, 1)).flat());
        const expected = sorted(flushed).map(([n, value]) => `${n}=${value}`);
        expect(dump(engine, disk)).toEqual(expected);
        disk.transact(engine.orphanSweep() ?? []);
        const swept = open(disk, { ...TINY, blockCacheBytes: 0 });
        expect(dump(swept, disk)).toEqual(expected);
        expect(swept.orphanSweep()).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
});
