import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { LsmEngine } from '../lsm/lsm-engine.ts';
import { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import { WriteBatch } from '../lsm/write-batch.ts';
import { CLASSROOM_LIMITS } from './config.ts';
import { DeadlineIndex } from './deadline-index.ts';
import { decodeStoredValue, encodeStoredValue, NO_DEADLINE } from './stored-value.ts';

const NO_BYTES = new Uint8Array(0);

function newIndex() {
  const disk = new MemoryDisk();
  const engine = disk.run(LsmEngine.open(CLASSROOM_LIMITS));
  return { disk, engine, index: new DeadlineIndex(engine, shardId(2), 5) };
}

test('what is due comes in the order of the deadlines, and what is left begins with the earliest', () => {
  const moment = fc.oneof(fc.nat(300), fc.integer({ min: 2 ** 31, max: 2 ** 53 - 10 }));
  const deadline = fc.record({ deadlineUs: moment.map((us) => us + 1), userKey: fc.uint8Array({ maxLength: 3 }) });
  fc.assert(
    fc.property(
      fc.uniqueArray(deadline, { selector: ({ deadlineUs, userKey }) => `${deadlineUs}/${userKey}`, maxLength: 30 }),
      moment,
      (deadlines, logTimeUs) => {
        const { disk, engine, index } = newIndex();
        const batch = new WriteBatch();
        for (const each of deadlines) batch.put(index.row(each), NO_BYTES);
        engine.write(batch);
        disk.run(index.recover());
        expect(index.earliestUs).toBe(Math.min(NO_DEADLINE, ...deadlines.map(({ deadlineUs }) => deadlineUs)));
        const due = disk.run(index.due(logTimeUs));
        const times = due.map(({ deadlineUs }) => deadlineUs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(due).toHaveLength(deadlines.filter(({ deadlineUs }) => deadlineUs <= logTimeUs).length);
        for (const each of due) expect(deadlines).toContainEqual(each);
        const left = deadlines.map(({ deadlineUs }) => deadlineUs).filter((us) => us > logTimeUs);
        expect(disk.run(index.earliestAfter(logTimeUs, [], NO_DEADLINE))).toBe(Math.min(NO_DEADLINE, ...left));
      },
    ),
    { numRuns: 200 },
  );
});

test('the earliest one that is removed before its time leaves the next one, or the one that is added', () => {
  const { disk, engine, index } = newIndex();
  const first = { deadlineUs: 100, userKey: encodeUtf8('a') };
  const twin = { deadlineUs: 100, userKey: encodeUtf8('b') };
  const last = { deadlineUs: 300, userKey: encodeUtf8('c') };
  const after = (removed: typeof first, addedUs: number) => disk.run(index.earliestAfter(10, [removed], addedUs));
  engine.write(new WriteBatch().put(index.row(first), NO_BYTES).put(index.row(last), NO_BYTES));
  disk.run(index.recover());
  expect(after(first, NO_DEADLINE)).toBe(300);
  expect(after(first, 200)).toBe(200);
  expect(after(last, 400)).toBe(100);
  engine.write(new WriteBatch().put(index.row(twin), NO_BYTES));
  expect(after(first, NO_DEADLINE)).toBe(100);
  const both = disk.run(index.earliestAfter(10, [first, twin], NO_DEADLINE));
  expect(both, 'one entry removes several').toBe(300);
});

test('more than a page may be due at once', () => {
  const { disk, engine, index } = newIndex();
  const batch = new WriteBatch();
  for (let i = 1; i <= 2500; i++) batch.put(index.row({ deadlineUs: i, userKey: encodeUtf8(`k${i}`) }), NO_BYTES);
  engine.write(batch);
  disk.run(index.recover());
  expect(disk.run(index.due(2400)).map(({ deadlineUs }) => deadlineUs)).toEqual(
    Array.from({ length: 2400 }, (_, i) => i + 1),
  );
});

test('a stored value gives back its bytes and its deadline; an empty one is one', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.oneof(fc.constant(NO_DEADLINE), fc.integer({ min: 1 })), (value, deadlineUs) => {
      expect(decodeStoredValue(encodeStoredValue({ value, deadlineUs }))).toEqual({ value, deadlineUs });
    }),
  );
});
