import { expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../core/base/ids.ts';
import type { TimedAction } from '../../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../../core/cluster/presets.ts';
import { createNamespace, deleteNamespace, type NamespaceEnvironment, reloadAction } from './namespace.ts';
import type { DiskState } from './node-disk.ts';
import { MemoryRunStore } from './run-store.ts';

const EMPTY: DiskState = { boot: 0, incarnation: 1, transactions: 0, timeUs: 0 };
const header = createHeader('run', 1, CLASSROOM);

const processesWith = (disk: (node: NodeId) => DiskState) => ({
  create: () => {
    throw new Error('nobody starts here');
  },
  diskState: async (node: NodeId) => disk(node),
  deleteDisks: async () => true,
});

test('a disk that was there and is empty was lost: its node starts under a later boot, which an empty disk is refused', async () => {
  const processes = processesWith((node) =>
    node === 1 ? EMPTY : { boot: 1, incarnation: 1, transactions: 9, timeUs: 500 },
  );
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

test('nodes that were added are asked as well, and which disk each has is told', async () => {
  const asked: NodeId[] = [];
  const processes = processesWith((node) => {
    asked.push(node);
    return { boot: node, incarnation: node === 2 ? 3 : 1, transactions: 4, timeUs: 500 };
  });
  const actions: readonly TimedAction[] = [{ timeUs: 400, action: { type: 'Add' } }];
  const { action } = await reloadAction(processes, { header }, actions);
  expect(asked).toEqual([1, 2, 3, 4]);
  expect(action).toEqual({
    type: 'Reload',
    endings: [
      { node: 1, boot: 1, transactions: 4 },
      { node: 2, boot: 2, transactions: 4, incarnation: 3 },
      { node: 3, boot: 3, transactions: 4 },
      { node: 4, boot: 4, transactions: 4 },
    ],
  });
});

test('the disks of nodes that were added go with the run, also of one that is replayed and has no log yet', async () => {
  const added: TimedAction = { timeUs: 400, action: { type: 'Add' } };
  for (const kept of [true, false]) {
    const deleted: (readonly NodeId[])[] = [];
    const processes = {
      ...processesWith(() => EMPTY),
      deleteDisks: async (nodes: readonly NodeId[]) => !!deleted.push(nodes),
    };
    const runs = new MemoryRunStore();
    const environment: NamespaceEnvironment = {
      runs,
      acquire: async () => () => undefined,
      processesOf: () => processes,
      diskPlace: 'origin',
      wallMs: () => 0,
      newRunId: () => 'run',
      newSeed: () => 1,
    };
    const state = kept ? 'new' : 'replaying';
    const namespace = await createNamespace(environment, CLASSROOM, 1, state, kept ? [] : [added, added]);
    if (kept) await runs.append('run', 0, [added, added]);
    await deleteNamespace(environment, namespace);
    expect(deleted).toEqual([[1, 2, 3, 4, 5]]);
    expect(await runs.list()).toEqual([]);
  }
});
