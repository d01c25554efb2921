import { describe, expect, test } from 'vitest';
import type { DiskReadResult, DiskTransaction } from '../core/base/disk.ts';
import { type BlockStore, driveAsync, type StoreRoutine } from './block-store.ts';
import { MemoryBlockStore } from './memory-block-store.ts';

const put = (key: number, byte: number): DiskTransaction => [
  { type: 'put', store: 'log', key, value: Uint8Array.of(byte) },
];
const get = (key: number) => ({ type: 'read', read: { type: 'get', store: 'log', key } }) as const;

/** A disk that answers a turn later and writes down what it was asked, and when it had done it. */
class SlowStore implements BlockStore {
  readonly told: string[] = [];
  private readonly memory = new MemoryBlockStore();

  async read(read: Parameters<BlockStore['read']>[0]): Promise<DiskReadResult> {
    await Promise.resolve();
    this.told.push('read');
    return this.memory.read(read);
  }

  async transact(transaction: DiskTransaction): Promise<void> {
    await Promise.resolve();
    this.told.push(`transact ${transaction.map((op) => (op.type === 'put' ? op.key : op.type)).join(' ')}`);
    this.memory.transact(transaction);
  }
}

function* writeWriteReadWrite(): StoreRoutine<number> {
  yield { type: 'transact', transaction: put(1, 10) };
  yield { type: 'transact', transaction: put(2, 20) };
  const found = yield get(2);
  yield { type: 'transact', transaction: put(3, 30) };
  return found[0]?.value[0] ?? 0;
}

describe('driveAsync', () => {
  test('transactions that follow one another are one, made before the next read and before the result', async () => {
    const store = new SlowStore();
    const result = driveAsync(writeWriteReadWrite(), store).then((value) => {
      store.told.push(`result ${value}`);
    });
    await result;
    expect(store.told).toEqual(['transact 1 2', 'read', 'transact 3', 'result 20']);
  });

  test('a later put of the same key wins inside one transaction', async () => {
    const store = new SlowStore();
    await driveAsync(
      (function* (): StoreRoutine<void> {
        yield { type: 'transact', transaction: put(1, 1) };
        yield { type: 'transact', transaction: put(1, 2) };
      })(),
      store,
    );
    expect(await store.read({ type: 'get', store: 'log', key: 1 })).toEqual([{ key: 1, value: Uint8Array.of(2) }]);
  });

  test('a failed transaction withholds the result', async () => {
    const store: BlockStore = {
      read: () => [],
      transact: () => Promise.reject(new Error('quota exceeded')),
    };
    await expect(driveAsync(writeWriteReadWrite(), store)).rejects.toThrow('quota exceeded');
  });

  test('a failed read is thrown into the routine, where it was asked for', async () => {
    const store: BlockStore = { read: () => Promise.reject(new Error('unreadable')), transact: () => undefined };
    const routine = (function* (): StoreRoutine<string> {
      try {
        yield get(1);
        return 'read';
      } catch (error) {
        return `met ${(error as Error).message}`;
      }
    })();
    expect(await driveAsync(routine, store)).toBe('met unreadable');
  });
});
