import { IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, test, vi } from 'vitest';
import { probeDiskPlace } from './disk-place.ts';

afterEach(() => vi.unstubAllGlobals());

/** Exclusive locks, granted in the order in which they were asked for. */
function exclusiveLocks() {
  const last = new Map<string, Promise<unknown>>();
  return {
    request(name: string, _options: object, held: () => Promise<void>): Promise<void> {
      const turn = (last.get(name) ?? Promise.resolve()).then(held);
      last.set(name, turn);
      return turn;
    },
  };
}

/** Buckets as Chromium's: a bucket's end takes along whatever is under way in it. `broken` counts the openers whom that has hit. */
function storageBuckets() {
  const open = new Map<string, { readonly indexedDB: IDBFactory; openers: number }>();
  const faults = { broken: 0 };
  return {
    faults,
    names: () => [...open.keys()],
    async open(name: string) {
      const bucket = open.get(name) ?? { indexedDB: new IDBFactory(), openers: 0 };
      bucket.openers++;
      open.set(name, bucket);
      return bucket;
    },
    async delete(name: string) {
      faults.broken += (open.get(name)?.openers ?? 1) - 1;
      open.delete(name);
    },
  };
}

test('frames that probe at the same time do not delete the bucket under one another, and leave none', async () => {
  const buckets = storageBuckets();
  vi.stubGlobal('navigator', { locks: exclusiveLocks(), storageBuckets: buckets });
  expect(await Promise.all([probeDiskPlace(), probeDiskPlace(), probeDiskPlace()])).toEqual([
    'bucket',
    'bucket',
    'bucket',
  ]);
  expect(buckets.faults.broken).toBe(0);
  expect(buckets.names()).toEqual([]);
});

test('a probe that fails lets the next one try', async () => {
  const buckets = storageBuckets();
  const refusing = vi.spyOn(buckets, 'open').mockRejectedValueOnce(new Error('no room'));
  vi.stubGlobal('navigator', { locks: exclusiveLocks(), storageBuckets: buckets });
  expect(await Promise.all([probeDiskPlace(), probeDiskPlace()])).toEqual(['origin', 'bucket']);
  expect(refusing).toHaveBeenCalledTimes(2);
});

test('without storage buckets the disks are among the databases of the origin', async () => {
  vi.stubGlobal('navigator', { locks: exclusiveLocks() });
  expect(await probeDiskPlace()).toBe('origin');
});
