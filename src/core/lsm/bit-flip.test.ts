import { expect, test } from 'vitest';
import { CorruptStore } from './corrupt-store.ts';
import type { LsmEngine } from './lsm-engine.ts';
import { key } from './testing/bytes.ts';
import { compactLevel } from './testing/compaction.ts';
import { MemoryDisk } from './testing/memory-disk.ts';
import { dump, flush, get, open, write } from './testing/store.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

function smallStore(): MemoryDisk {
  const disk = new MemoryDisk();
  const engine = open(disk);
  for (const round of [1, 2]) {
    for (const name of NAMES) write(engine, `${name}=${round}${'v'.repeat(20)}`);
    write(engine, `c`, `only${round}=x`);
    flush(engine, disk);
    // The first table becomes one of L1.
    if (round === 1) compactLevel(engine, disk, 0);
  }
  return disk;
}

function backwards(engine: LsmEngine, disk: MemoryDisk): string[] {
  const { pairs } = disk.run(engine.scan(key(''), key('\uffff'), 100, { reverse: true }));
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return pairs.map((pair) => `${text(pair.key.subarray(7))}=${text(pair.value)}`).reverse();
}

const noticed = (): never => expect.unreachable('a flipped bit under a checksum was not noticed');

/** What the damaged record is called in an error. */
function nameOf(store: 'sst' | 'sstmeta' | 'manifest', recordKey: number): string {
  if (store === 'manifest') return `manifest edit ${recordKey}`;
  return store === 'sstmeta'
    ? `table ${recordKey}`
    : `table ${Math.floor(recordKey / 65536)}, extent ${recordKey % 65536}`;
}

/** The result, or CorruptStore naming the record; anything else is a bug. */
function rightOrNamed<T>(name: string, read: () => T, check: (result: T) => void): boolean {
  let result: T;
  try {
    result = read();
  } catch (error) {
    expect(error).toBeInstanceOf(CorruptStore);
    expect((error as Error).message).toContain(name);
    return false;
  }
  check(result);
  return true;
}

test.each(['sst', 'sstmeta', 'manifest'] as const)(
  'any single bit flipped in %s gives an error that names the record or the right value, never a wrong one',
  (store) => {
    const disk = smallStore();
    const expected = dump(open(disk), disk);
    expect(expected).toHaveLength(6);
    let [flips, rightReads] = [0, 0];
    for (const [recordKey, good] of [...disk.store(store)]) {
      const name = nameOf(store, recordKey);
      for (let bit = 0; bit < good.length * 8; bit++) {
        const bad = good.slice();
        bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
        disk.store(store).set(recordKey, bad);
        flips++;
        let engine: LsmEngine | undefined;
        rightOrNamed(
          name,
          () => open(disk),
          (opened) => {
            engine = opened;
          },
        );
        if (engine === undefined) continue;
        const reader = engine;
        for (const each of NAMES) {
          const value = expected.find((pair) => pair.startsWith(`${each}=`))?.slice(2);
          const right = rightOrNamed(
            name,
            () => get(reader, disk, each),
            (found) => expect(found).toBe(value),
          );
          if (right) rightReads++;
        }
        // Every byte is under a checksum, and a whole walk looks at all of them: it must notice.
        expect(rightOrNamed(name, () => dump(reader, disk), noticed)).toBe(false);
        expect(rightOrNamed(name, () => backwards(reader, disk), noticed)).toBe(false);
      }
      disk.store(store).set(recordKey, good);
    }
    expect(dump(open(disk), disk)).toEqual(expected);
    expect(flips).toBeGreaterThan(250);
    // Damage to one block leaves the others readable; damage to what is read at open leaves nothing.
    if (store === 'sst') expect(rightReads).toBeGreaterThan(100);
    else expect(rightReads).toBe(0);
  },
);
