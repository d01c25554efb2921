import { useEffect, useState } from 'react';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import type { HeldRow } from '../../../core/node/held-row.ts';
import { useApp } from '../../app-context.ts';
import { StorageWatch } from '../storage/storage-watch.ts';

export type HeldRows = ReadonlyMap<NodeId, HeldRow | undefined>;

/** What each of these nodes holds under the key, asked anew as things happen. Undefined: none has answered yet. */
export function useHeldRows(
  shard: ShardId,
  key: Uint8Array | undefined,
  nodes: readonly NodeId[],
): HeldRows | undefined {
  const { store, engines } = useApp();
  const [rows, setRows] = useState<HeldRows>();
  const names = nodes.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another array of the same nodes is the same question
  useEffect(() => {
    setRows(undefined);
    if (key === undefined) return;
    const ask = async (): Promise<HeldRows> => {
      const answers = await Promise.all(nodes.map((node) => engines.heldRow(node, shard, key)));
      return new Map(nodes.map((node, at) => [node, answers[at]]));
    };
    const watch = new StorageWatch(ask, setRows);
    let model = store.getState().model;
    const stopWatching = store.subscribe((next) => {
      if (next.model === model) return;
      model = next.model;
      watch.note();
    });
    watch.note();
    return () => {
      stopWatching();
      watch.stop();
    };
  }, [store, engines, shard, key, names]);
  return rows;
}
