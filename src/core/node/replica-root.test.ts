import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { hashText } from '../base/hash128.ts';
import { nodeId, shardId } from '../base/ids.ts';
import { LsmEngine } from '../lsm/lsm-engine.ts';
import { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import type { Entry } from '../raft/entry.ts';
import { CLASSROOM_LIMITS, type NodeLimits } from './config.ts';
import type { WriteOp } from './message.ts';
import { runRootPass } from './root-pass.ts';
import { StateMachine } from './state-machine.ts';
import { cas, del, put, TestCluster } from './testing/test-cluster.ts';
import { encodeCommand } from './write-command.ts';

const S0 = shardId(0);
const WHOLE_RING = { from: 0, to: 4_294_967_296 };
/** Tables of a few entries, merged all the time, and nothing stays in memory. */
const TIGHT: Partial<NodeLimits> = {
  memTableBytesMax: 400,
  sliceBytesMax: 1024,
  blockBytes: 128,
  blockCacheBytes: 0,
  l0CompactionTrigger: 2,
  levelBytesBase: 300,
  levelBytesRatio: 2,
  tableBytesMax: 1024,
};

/** One replica on a disk of its own, that is told what to apply. */
class Machine {
  readonly disk = new MemoryDisk();
  readonly engine = this.disk.run(LsmEngine.open({ ...CLASSROOM_LIMITS, ...TIGHT }));
  readonly machine = new StateMachine(this.engine, S0, 1, CLASSROOM_LIMITS);
  private sequence = 0;

  constructor() {
    this.apply(encodeCommand({ type: 'RegisterClient', nonce: 1 }), 1);
  }

  write(write: WriteOp, stampUs = this.machine.logTimeUs + 1): void {
    this.apply(encodeCommand({ type: 'Write', session: 1, sequence: ++this.sequence, write }), stampUs);
  }

  tick(stampUs: number): void {
    this.apply(encodeCommand({ type: 'Time' }), stampUs);
  }

  private apply(command: Uint8Array, stampUs: number): void {
    const entry: Entry = { term: 1, index: this.machine.appliedIndex + 1, kind: 'command', stampUs, command };
    this.disk.run(this.machine.apply(entry));
  }

  flush(): void {
    const job = this.engine.startFlush();
    for (let next = job?.next(); next !== undefined; next = job?.next()) this.disk.transact(next);
    job?.done();
  }

  compact(): void {
    for (let level = 0; level < 6; level++) {
      const job = this.engine.startManualCompaction(level);
      if (job === undefined) continue;
      for (let slice = this.disk.run(job.next()); slice !== undefined; slice = this.disk.run(job.next()))
        this.disk.transact(slice);
      this.disk.transact(job.publish());
      job.done();
    }
    const obsolete = this.engine.takeObsolete();
    if (obsolete !== undefined) this.disk.transact(obsolete.transaction);
  }

  hashes() {
    return this.disk.run(runRootPass(this.machine.startRootPass(WHOLE_RING)));
  }

  fullHashes() {
    return this.disk.run(runRootPass(this.machine.startFullRootPass(WHOLE_RING)));
  }
}

const keyOf = fc.integer({ min: 0, max: 9 }).map((i) => `k${i}`);
const writeOf: fc.Arbitrary<WriteOp> = fc.oneof(
  fc
    .tuple(keyOf, fc.string({ maxLength: 40 }), fc.option(fc.constantFrom(1000, 5000), { nil: undefined }))
    .map(([key, value, ttlUs]) => put(key, value, ttlUs)),
  keyOf.map(del),
  fc.tuple(keyOf, fc.string({ maxLength: 4 })).map(([key, value]) => cas(key, undefined, value)),
);
type Step =
  | { readonly write: WriteOp }
  | { readonly waitUs: number }
  | { readonly storage: 'flush' | 'compact' | 'root' };
const stepOf: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ write: writeOf }) },
  { weight: 1, arbitrary: fc.record({ waitUs: fc.constantFrom(900, 4000, 9000) }) },
  { weight: 2, arbitrary: fc.record({ storage: fc.constantFrom('flush', 'compact', 'root') }) },
);

describe('the root of a replica', () => {
  test('raft bug 49: is of what it holds: flushes, compactions, tombstones and expired values that are gone leave no trace in it', () => {
    let compactions = 0;
    fc.assert(
      fc.property(fc.array(stepOf, { maxLength: 60 }), (steps) => {
        const [tidy, busy] = [new Machine(), new Machine()];
        for (const step of steps) {
          for (const each of [tidy, busy]) {
            if ('write' in step) each.write(step.write);
            if ('waitUs' in step) each.tick(each.machine.logTimeUs + step.waitUs);
          }
          if ('storage' in step && step.storage === 'root') busy.hashes();
          if ('storage' in step && step.storage === 'flush') busy.flush();
          if ('storage' in step && step.storage === 'compact') busy.compact();
        }
        busy.flush();
        busy.compact();
        compactions += busy.engine.statistics.compactions;
        expect(busy.fullHashes().differingLeaves(tidy.fullHashes())).toEqual([]);
        expect(busy.hashes().differingLeaves(tidy.fullHashes()), 'the tree that is kept').toEqual([]);
        expect(busy.fullHashes().root).toEqual(tidy.fullHashes().root);
      }),
      { numRuns: 60 },
    );
    expect(compactions).toBeGreaterThan(0);
  });

  test('raft bug 49: values that were deleted or have expired, or never were, come to the same leaves', () => {
    const [had, never] = [new Machine(), new Machine()];
    had.write(put('gone', 'x', 1000));
    had.write(put('deleted', 'x'));
    had.hashes();
    had.write(del('deleted'));
    had.flush();
    had.tick(10_000);
    never.tick(10_000);
    // The summary, and what the session remembers, lie in the leaf of what has no token.
    expect(had.hashes().differingLeaves(never.hashes())).toEqual([1024]);
  });

  test('has another leaf for a value or a deadline that differs', () => {
    const [one, value, deadline] = [new Machine(), new Machine(), new Machine()];
    one.write(put('k', 'value', 1000));
    value.write(put('k', 'valuf', 1000));
    deadline.write(put('k', 'value', 1001));
    const leaves = one.hashes().differingLeaves(value.hashes());
    expect(leaves.length).toBe(2);
    expect(one.hashes().differingLeaves(deadline.hashes())).toEqual(leaves);
  });

  test('is that of one applied index, whatever is written, flushed and merged while it is read', () => {
    const machine = new Machine();
    for (let i = 0; i < 200; i++) machine.write(put(`k${i}`, 'x'.repeat(1000)));
    machine.flush();
    const before = machine.fullHashes();
    const pass = machine.machine.startFullRootPass(WHOLE_RING);
    const kept = machine.machine.startRootPass(WHOLE_RING);
    let slices = 0;
    for (let done = false; !done; slices++) {
      done = machine.disk.run(pass.slice());
      for (let i = 0; i < 10; i++) machine.write(slices % 2 === 0 ? del(`k${i + slices}`) : put(`k${i}`, `${slices}`));
      machine.flush();
      machine.compact();
    }
    expect(slices, 'cut by bytes').toBeGreaterThan(3);
    expect(pass.appliedIndex).toBe(201);
    expect(pass.end().root).toEqual(before.root);
    pass.release();
    expect(machine.disk.run(runRootPass(kept)).root).toEqual(before.root);
    expect(machine.hashes().root).toEqual(machine.fullHashes().root);
    expect(hashText(machine.hashes().root)).not.toBe(hashText(before.root));
    expect(machine.engine.pinnedReaders).toBe(0);
  });

  test('many small rows are cut by their number', () => {
    const machine = new Machine();
    for (let i = 0; i < 5000; i++) machine.write(put(`${i}`, ''));
    const pass = machine.machine.startFullRootPass(WHOLE_RING);
    expect(machine.disk.run(pass.slice())).toBe(false);
    expect(machine.disk.run(pass.slice())).toBe(true);
    pass.release();
  });
});

test('replicas that have applied as much have equal roots, each flushing and merging when it likes', () => {
  const cluster = new TestCluster({ limits: TIGHT });
  const session = cluster.register(S0);
  const roots: string[] = [];
  for (let sequence = 1; sequence <= 60; sequence++) {
    const key = `k${sequence % 7}`;
    cluster.write(S0, session, sequence, sequence % 5 === 0 ? del(key) : put(key, `${sequence}`, 100_000));
    const node = nodeId((sequence % 3) + 1);
    cluster.input(node, sequence % 2 === 0 ? { type: 'FlushAsked' } : { type: 'CompactionAsked', level: undefined });
    if (sequence % 10 !== 0) continue;
    cluster.run(200_000);
    const [first, ...others] = [1, 2, 3].map((id) => must(cluster.rootsOf(id)[0], 'one shard'));
    for (const other of others) expect(other).toEqual(first);
    expect(first?.staleLeaves).toEqual([]);
    roots.push(hashText(must(first, 'n1').root));
  }
  expect(new Set(roots).size).toBe(6);
});

test('a key of another shard is a difference, and not the end of the node that finds it', () => {
  const machine = new Machine();
  machine.write(put('k', 'v'));
  const elsewhere = { from: 0, to: 1 };
  const found = machine.disk.run(runRootPass(machine.machine.startFullRootPass(elsewhere)));
  expect(found.differingLeaves(machine.fullHashes()).at(-1)).toBe(1024);
});
