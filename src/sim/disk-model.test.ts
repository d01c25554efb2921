import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomStream } from '../core/base/random.ts';
import { DiskModel, type DiskWrite } from './disk-model.ts';

const CONFIG = { syncUs: 2000, blockReadUs: 500, bytesPerSecond: 1_000_000 };

const disk = (seed = 1): DiskModel =>
  new DiskModel(CONFIG, createRandomStream(seed, 'disk', 'n1', 0), createRandomStream(seed, 'cut', 'n1', 0));

const log = (id: number, records: number, bytes = 100): DiskWrite => ({
  type: 'Write',
  id,
  queue: 'log',
  key: id,
  group: { epoch: 1, firstRecord: 0, records: Array.from({ length: records }, () => new Uint8Array(10)), bytes },
});
const table = (id: number, bytes = 1000): DiskWrite => ({
  type: 'Write',
  id,
  queue: 'table',
  purpose: 'flush',
  transaction: [],
  bytes,
});

describe('service', () => {
  test('one write at a time, the log before a table that was issued earlier', () => {
    const model = disk();
    const first = table(1);
    model.issue(first);
    expect(model.serve(2000)?.write).toBe(first);
    model.issue(log(2, 1));
    expect(model.serve(2000)).toBeUndefined();
    model.finish(first);
    model.issue(table(3));
    expect(model.serve(2000)?.write.id).toBe(2);
    expect(model.pending).toBe(2);
  });

  test('of a table and a log that wait together, the log goes first', () => {
    const model = disk();
    model.issue(table(1));
    model.issue(log(2, 1));
    expect(model.serve(2000)?.write.id).toBe(2);
  });

  test('a busy log starves no flush: after a log sync a waiting table slice has its turn', () => {
    const model = disk();
    const slice = table(1);
    const first = log(2, 1);
    model.issue(slice);
    model.issue(first);
    expect(model.serve(2000)?.write).toBe(first);
    model.finish(first);
    model.issue(log(3, 1));
    expect(model.serve(2000)?.write).toBe(slice);
    model.finish(slice);
    expect(model.serve(2000)?.write.id).toBe(3);
  });

  test('a write costs a sync, give or take a quarter, and its bytes', () => {
    const durations = Array.from({ length: 200 }, (_, seed) => {
      const model = disk(seed);
      model.issue(table(1, 3000));
      return model.serve(2000)?.durationUs ?? 0;
    });
    expect(Math.min(...durations)).toBeGreaterThanOrEqual(1500 + 3000);
    expect(Math.max(...durations)).toBeLessThanOrEqual(2500 + 3000);
    expect(new Set(durations).size).toBeGreaterThan(50);
  });

  test('a log write pays for the bytes of its group, and even a free sync takes time', () => {
    const model = disk();
    model.issue(log(1, 2, 777));
    expect(model.serve(0)?.durationUs).toBe(1 + 777);
  });

  test('what breaks the contract with the node is an assertion', () => {
    const model = disk();
    model.issue(log(1, 1));
    expect(() => model.issue(log(2, 1))).toThrow('already in flight');
    model.serve(1);
    expect(() => model.issue(log(2, 1))).toThrow('already in flight');
    expect(() => model.finish(log(1, 1))).toThrow('order of service');
  });
});

/** How many units survive whole of log(2 … ) and a table, in issue order. */
function crashOf(seed: number, writes: readonly DiskWrite[], serving: boolean) {
  const model = disk(seed);
  for (const write of writes) model.issue(write);
  if (serving) model.serve(2000);
  return model.crash();
}

const units = (write: DiskWrite): number => (write.queue === 'log' ? write.group.records.length : 1);

describe('crash', () => {
  test('what survives is a prefix in issue order; only a log record at the cut is torn', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        (seed, logFirst, serving, n) => {
          const writes = logFirst ? [log(1, n), table(2)] : [table(1), log(2, n)];
          const cut = crashOf(seed, writes, serving);
          expect(cut.pending).toBe(n + 1);
          expect(cut.whole).toEqual(writes.slice(0, cut.whole.length));
          const whole = cut.whole.reduce((sum, write) => sum + units(write), 0);
          expect(cut.pending - cut.lost).toBe(whole + (cut.cutLog?.records ?? 0));
          if (cut.cutLog !== undefined) {
            expect(cut.cutLog.write).toBe(writes[cut.whole.length]);
            expect(cut.cutLog.records).toBeLessThan(n);
            expect(cut.cutLog.records > 0 || cut.torn).toBe(true);
            expect(cut.cutLog.tornBytes > 0).toBe(cut.torn);
          } else expect(cut.torn).toBe(false);
        },
      ),
    );
  });

  test.each([true, false])('every cut comes up, torn and clean (log first: %s)', (logFirst) => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 400; seed++) {
      const { pending, lost, torn } = crashOf(seed, logFirst ? [log(1, 3), table(2)] : [table(1), log(2, 3)], true);
      seen.add(`${pending - lost}${torn ? ' torn' : ''}`);
    }
    const inLog = logFirst ? [0, 1, 2] : [1, 2, 3];
    expect([...seen].sort()).toEqual(['0', '1', '2', '3', '4', ...inLog.map((n) => `${n} torn`)].sort());
  });

  test('an idle disk loses nothing, and a finished write is no longer pending', () => {
    const model = disk();
    const write = log(1, 2);
    model.issue(write);
    model.serve(2000);
    model.finish(write);
    expect(model.crash()).toEqual({ pending: 0, lost: 0, torn: false, whole: [], cutLog: undefined });
  });
});

test('a slow disk takes that many times as long for the same write, and draws the same', () => {
  const durations = [1, 20].map((slowdown) => {
    const model = disk();
    model.issue(log(1, 2));
    return model.serve(2000, slowdown)?.durationUs ?? 0;
  });
  expect(durations[1]).toBe((durations[0] as number) * 20);
  expect(disk().blockReadUs(20)).toBe(disk().blockReadUs(1) * 20);
});
