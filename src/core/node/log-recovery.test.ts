import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shardId } from '../base/ids.ts';
import { CorruptStore } from '../lsm/corrupt-store.ts';
import { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import type { Entry } from '../raft/entry.ts';
import { CLOSED_EPOCHS_KEY } from './closed-epochs.ts';
import type { LogGroup } from './effect.ts';
import { encodeLogGroup, GROUP_HEADER_BYTES, logGroupBytes, logGroupCutAt, logGroupKey } from './log-group.ts';
import { encodeEntries, encodeHardState } from './log-record.ts';
import { type RecoveredLog, recoverLog } from './log-recovery.ts';

const S0 = shardId(0);

const entry = (index: number, term = 1): Entry => ({
  term,
  index,
  kind: 'command',
  stampUs: index,
  command: Uint8Array.of(index, term),
});
const appended = (...list: Entry[]): Uint8Array => encodeEntries(S0, 1, list);
const voted = (currentTerm: number, commitIndex = 0): Uint8Array =>
  encodeHardState(S0, 1, { currentTerm, votedFor: 2, commitIndex });

function group(epoch: number, firstRecord: number, ...records: Uint8Array[]): LogGroup {
  return { epoch, firstRecord, records, bytes: logGroupBytes(records) };
}

function store(disk: MemoryDisk, written: LogGroup, cutAt = written.bytes): void {
  const key = logGroupKey(written.epoch, written.firstRecord);
  disk.transact([{ type: 'put', store: 'log', key, value: encodeLogGroup(written).slice(0, cutAt) }]);
}

/** Recovers as boot `epoch` and does on disk what recovery asks for. */
function recover(disk: MemoryDisk, epoch: number): RecoveredLog {
  const recovered = disk.run(recoverLog(epoch));
  disk.transact(recovered.transaction);
  return recovered;
}

const indicesOf = (recovered: RecoveredLog): string[] =>
  (recovered.replicas.get(S0)?.entries ?? []).map(({ index, term }) => `${index}/${term}`);

describe('a cut', () => {
  test('bug 6: at every byte leaves exactly the records before it, and the next boot goes on there', () => {
    const written = group(1, 1, appended(entry(1)), appended(entry(2)), appended(entry(3), entry(4)));
    for (let cutAt = 0; cutAt <= written.bytes; cutAt++) {
      const disk = new MemoryDisk();
      store(disk, group(1, 0, voted(1)));
      store(disk, written, cutAt);
      let at = GROUP_HEADER_BYTES;
      let survivors = 0;
      for (const record of written.records) {
        at += 8 + record.length;
        if (at <= cutAt) survivors++;
      }
      const recovered = recover(disk, 2);
      expect(recovered.nextRecord).toBe(1 + survivors);
      expect(indicesOf(recovered)).toEqual([[], ['1/1'], ['1/1', '2/1'], ['1/1', '2/1', '3/1', '4/1']][survivors]);
      store(disk, group(2, recovered.nextRecord, voted(2)));
      const again = recover(disk, 3);
      expect(indicesOf(again)).toEqual(indicesOf(recovered));
      expect(again.tornBytes).toBe(0);
      expect(again.replicas.get(S0)?.hardState.currentTerm).toBe(2);
    }
  });

  test('lies where logGroupCutAt says, and the torn record never survives whole', () => {
    const written = group(1, 0, voted(1), appended(entry(1)), appended(entry(2)));
    fc.assert(
      fc.property(fc.nat(3), fc.nat(60), (records, tornBytes) => {
        const disk = new MemoryDisk();
        store(disk, written, logGroupCutAt(written, records, tornBytes));
        expect(recover(disk, 2).nextRecord).toBe(records);
      }),
    );
    expect(logGroupCutAt(written, 0, 0)).toBe(0);
    expect(logGroupCutAt(written, 3, 5)).toBe(written.bytes);
  });
});

test('raft bug 19: a later record with the same index replaces that entry and all after it', () => {
  const disk = new MemoryDisk();
  store(disk, group(1, 0, voted(1), appended(entry(1), entry(2), entry(3))));
  store(disk, group(1, 2, voted(2), appended(entry(2, 2))));
  const recovered = recover(disk, 2);
  expect(indicesOf(recovered)).toEqual(['1/1', '2/2']);
  expect(recovered.replicas.get(S0)?.hardState).toEqual({ currentTerm: 2, votedFor: 2, commitIndex: 0 });
});

test('raft bug 19: a crash while a suffix is replaced leaves the old one or the beginning of the new one, never a hole', () => {
  const replacing = group(1, 2, voted(2), appended(entry(2, 2)), appended(entry(3, 2), entry(4, 2)));
  const left = new Set<string>();
  for (let cutAt = 0; cutAt <= replacing.bytes; cutAt++) {
    const disk = new MemoryDisk();
    store(disk, group(1, 0, voted(1), appended(entry(1), entry(2), entry(3))));
    store(disk, replacing, cutAt);
    left.add(indicesOf(recover(disk, 2)).join(' '));
  }
  expect([...left]).toEqual(['1/1 2/1 3/1', '1/1 2/2', '1/1 2/2 3/2 4/2']);
});

test('more values than a page are all read', () => {
  const disk = new MemoryDisk();
  store(disk, group(1, 0, voted(1)));
  for (let i = 1; i <= 200; i++) store(disk, group(1, i, appended(entry(i))));
  expect(indicesOf(recover(disk, 2)).length).toBe(200);
});

describe('refused, with the record named', () => {
  function threeGroups(): MemoryDisk {
    const disk = new MemoryDisk();
    store(disk, group(1, 0, voted(1), appended(entry(1))));
    store(disk, group(1, 2, appended(entry(2))));
    store(disk, group(1, 3, appended(entry(3))));
    return disk;
  }
  const refusal = (disk: MemoryDisk, epoch = 2): unknown => {
    try {
      disk.run(recoverLog(epoch));
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test('bug 7: a hole within an epoch', () => {
    const disk = threeGroups();
    disk.store('log').delete(logGroupKey(1, 2));
    expect(refusal(disk)).toBeInstanceOf(CorruptStore);
    expect(String(refusal(disk))).toContain('log record 2: is missing');
  });

  // Records of votes replay after a hole as well as before it: only the numbering of the records shows what is missing.
  test('a hole of nothing but hard states', () => {
    const disk = new MemoryDisk();
    for (let i = 0; i < 3; i++) store(disk, group(1, i, voted(i + 1)));
    disk.store('log').delete(logGroupKey(1, 1));
    expect(String(refusal(disk))).toContain('log record 1: is missing');
  });

  test('bug 7: a hole between epochs, and the lost tail of a closed one', () => {
    const disk = threeGroups();
    store(disk, group(2, 5, voted(2)));
    expect(String(refusal(disk, 3))).toContain('log record 4: is missing');
    const closed = threeGroups();
    recover(closed, 2);
    closed.store('log').delete(logGroupKey(1, 3));
    expect(String(refusal(closed, 3))).toContain('log record 3: is missing');
    closed.store('log').clear();
    expect(String(refusal(closed, 3))).toContain('log record 0: is missing');
  });

  test('a torn group with more of its epoch behind it', () => {
    const disk = threeGroups();
    store(disk, group(1, 2, appended(entry(2))), 30);
    expect(refusal(disk)).toBeInstanceOf(CorruptStore);
  });

  test('bug 8: a bad checksum with valid records behind it', () => {
    const disk = threeGroups();
    const value = disk.store('log').get(logGroupKey(1, 0)) as Uint8Array;
    value[GROUP_HEADER_BYTES + 9] = 0xff;
    expect(refusal(disk)).toBeInstanceOf(CorruptStore);
  });

  test('a value under the wrong key, of an epoch to come, or with entries that do not follow', () => {
    const wrongKey = threeGroups();
    const value = wrongKey.store('log').get(logGroupKey(1, 3)) as Uint8Array;
    wrongKey.store('log').set(logGroupKey(1, 4), value);
    expect(refusal(wrongKey)).toBeInstanceOf(CorruptStore);
    expect(refusal(threeGroups(), 1)).toBeInstanceOf(CorruptStore);
    const gap = threeGroups();
    store(gap, group(1, 4, appended(entry(6))));
    expect(String(refusal(gap))).toContain('log record 4');
  });

  test('damage to the record of closed epochs', () => {
    const disk = threeGroups();
    recover(disk, 2);
    (disk.store('meta').get(CLOSED_EPOCHS_KEY) as Uint8Array)[1]! ^= 4;
    expect(String(refusal(disk, 3))).toContain('meta 3');
  });
});

test('bug 33: what a worker of a closed epoch writes afterwards does not count and is deleted', () => {
  const disk = new MemoryDisk();
  store(disk, group(1, 0, voted(1), appended(entry(1))));
  recover(disk, 2);
  store(disk, group(1, 2, appended(entry(2))));
  store(disk, group(1, 3, appended(entry(3))));
  expect(indicesOf(recover(disk, 3))).toEqual(['1/1']);
  expect([...disk.store('log').keys()]).toEqual([logGroupKey(1, 0)]);
  // The same when it completes the very group whose torn beginning was closed, or wrote nothing before.
  store(
    disk,
    group(3, 2, appended(entry(2)), appended(entry(3))),
    logGroupCutAt(group(3, 2, appended(entry(2)), appended(entry(3))), 1, 4),
  );
  expect(indicesOf(recover(disk, 4))).toEqual(['1/1', '2/1']);
  store(disk, group(3, 2, appended(entry(2)), appended(entry(3))));
  store(disk, group(2, 2, appended(entry(2, 9))));
  expect(indicesOf(recover(disk, 5))).toEqual(['1/1', '2/1']);
  store(disk, group(5, 3, voted(3)));
  expect(indicesOf(recover(disk, 6))).toEqual(['1/1', '2/1']);
});
