import { expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../core/base/ids.ts';
import { CLASSROOM, createHeader } from '../../core/cluster/presets.ts';
import { reloadAction } from './namespace.ts';
import type { DiskState } from './node-disk.ts';

const EMPTY: DiskState = { boot: 0, transactions: 0, timeUs: 0 };
const header = createHeader('run', 1, CLASSROOM);

const processesWith = (disk: (node: NodeId) => DiskState) => ({
  create: () => {
    throw new Error('nobody starts here');
  },
  diskState: async (node: NodeId) => disk(node),
  deleteDisks: async () => true,
});

test('a disk that was there and is empty was lost: its node starts under a later boot, which an empty disk is refused', async () => {
  const processes = processesWith((node) => (node === 1 ? EMPTY : { boot: 1, transactions: 9, timeUs: 500 }));
  const started = [1, 2, 3].map(nodeId);
  const { timeUs, action } = await reloadAction(processes, { header, started }, []);
  expect(timeUs).toBe(501);
  expect(action).toMatchObject({
    endings: [
      { node: 1, boot: 1, transactions: 0 },
      { node: 2, boot: 1, transactions: 9 },
      { node: 3, boot: 1, transactions: 9 },
    ],
  });
});

test('a disk that never was is no loss', async () => {
  const { action } = await reloadAction(
    processesWith(() => EMPTY),
    { header },
    [],
  );
  expect(action).toMatchObject({ endings: [] });
});
