import { describe, expect, test } from 'vitest';
import { CorruptStore } from './corrupt-store.ts';
import { Manifest } from './manifest.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { decodeVersionEdit, encodeVersionEdit, type VersionEdit } from './version-edit.ts';

const NOTHING = { newTables: [], deletedTables: [], applied: [], droppedReplicas: [], compactPointers: [] };

const EDITS = process.env.RINGSIDE_LONG === '1' ? 10_000 : 2000;

/** Writes `count` edits: each adds table n, every third removes the one before, all move an applied index. */
function written(count: number): { disk: MemoryDisk; manifest: Manifest } {
  const disk = new MemoryDisk();
  const manifest = new Manifest();
  for (let n = 1; n <= count; n++) {
    const edit = manifest.edit({
      nextFileNumber: n + 1,
      lastSequence: n * 10,
      newTables: [{ level: 0, fileNumber: n, entries: n, bytes: 100 }],
      deletedTables: n % 3 === 0 ? [{ level: 0, fileNumber: n - 1 }] : [],
      applied: [{ shard: n % 2, replicaId: 4294967294, appliedIndex: n }],
      droppedReplicas: n === 5 ? [{ shard: 9, replicaId: 1 }] : [],
      compactPointers: n % 4 === 0 ? [{ level: 1 + (n % 3), key: new Uint8Array([n]) }] : [],
    });
    disk.transact(manifest.opsFor(edit));
    manifest.apply(edit);
  }
  return { disk, manifest };
}

describe('Manifest', () => {
  test('comes back as it was, at any number of edits, and stays short', () => {
    for (const count of [0, 1, 2, 63, 64, 65, 66, 128, 129, 200]) {
      const { disk, manifest } = written(count);
      const reopened = disk.run(Manifest.open());
      expect(reopened.tables).toEqual(manifest.tables);
      expect(reopened).toEqual(manifest);
      expect(reopened.appliedIndex(count % 2, 4294967294)).toBe(count);
      expect(disk.store('manifest').size).toBeLessThanOrEqual(64);
    }
  });

  test(`bug 25: ${EDITS} edits are read back from the last snapshot and what follows it`, () => {
    const { disk, manifest } = written(EDITS);
    disk.reads = 0;
    expect(disk.run(Manifest.open())).toEqual(manifest);
    expect(disk.reads).toBe(1);
    expect(disk.store('manifest').size).toBe(((EDITS - 1) % 64) + 1);
  });

  test('a hole is an error, wherever it is', () => {
    for (let hole = 65; hole < 90; hole++) {
      const { disk } = written(90);
      disk.store('manifest').delete(hole);
      expect(() => disk.run(Manifest.open()), `hole at ${hole}`).toThrow(CorruptStore);
    }
  });

  test('bug 25: an edit under the number of another, or one that a fold should have removed, is an error', () => {
    const { disk } = written(4);
    const records = disk.store('manifest');
    records.set(3, records.get(2) as Uint8Array);
    expect(() => disk.run(Manifest.open())).toThrow('manifest edit 3');
    const folded = written(66).disk;
    folded.store('manifest').set(64, written(64).disk.store('manifest').get(64) as Uint8Array);
    expect(() => folded.run(Manifest.open())).toThrow(CorruptStore);
  });

  test('a dropped replica has no applied index, and stays dropped across a fold', () => {
    const manifest = new Manifest();
    manifest.apply({
      ...NOTHING,
      ...numbers(1),
      snapshot: false,
      applied: [{ shard: 1, replicaId: 2, appliedIndex: 7 }],
    });
    manifest.apply({ ...NOTHING, ...numbers(2), snapshot: false, droppedReplicas: [{ shard: 1, replicaId: 2 }] });
    expect(manifest.appliedIndex(1, 2)).toBe(0);
    manifest.editNumber = 64;
    const fold = manifest.edit({ ...NOTHING, nextFileNumber: 9, lastSequence: 100 });
    expect(fold.snapshot).toBe(true);
    expect(fold.droppedReplicas).toEqual([{ shard: 1, replicaId: 2 }]);
  });

  test('numbers never go back', () => {
    const { manifest } = written(3);
    const bad = (change: Partial<VersionEdit>) => () =>
      manifest.apply({ ...NOTHING, ...numbers(4), snapshot: false, ...change });
    expect(bad({ nextFileNumber: 1 })).toThrow('file numbers');
    expect(bad({ lastSequence: 1 })).toThrow('sequence numbers');
    expect(bad({ applied: [{ shard: 1, replicaId: 4294967294, appliedIndex: 1 }] })).toThrow('applied index');
  });

  test('a flipped bit in an edit is an error', () => {
    const bytes = encodeVersionEdit({
      ...NOTHING,
      ...numbers(1),
      snapshot: true,
      applied: [{ shard: 1, replicaId: 2, appliedIndex: 3 }],
    });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const bad = bytes.slice();
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodeVersionEdit(bad, 1)).toThrow(CorruptStore);
    }
  });
});

const numbers = (editNumber: number) => ({ editNumber, nextFileNumber: 5, lastSequence: 100 });
