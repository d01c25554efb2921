import { useEffect, useState } from 'react';
import type { Cluster } from '../../../console/cluster.ts';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { useApp } from '../../app-context.ts';
import { StorageWatch } from '../storage/storage-watch.ts';

type Question = 'heldRow' | 'heldEventualRow';
type HeldRows<Q extends Question> = ReadonlyMap<NodeId, Awaited<ReturnType<Cluster[Q]>>>;

/** What each of these nodes holds under the key, asked anew as things happen. Undefined: none has answered yet. */
export function useHeldRows<Q extends Question>(
  question: Q,
  shard: ShardId,
  key: Uint8Array | undefined,
  nodes: readonly NodeId[],
): HeldRows<Q> | undefined {
  const { store, engines } = useApp();
  const [rows, setRows] = useState<HeldRows<Q>>();
  const names = nodes.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another array of the same nodes is the same question
  useEffect(() => {
    setRows(undefined);
    if (key === undefined) return;
    const ask = async (): Promise<HeldRows<Q>> => {
      type Answer = Awaited<ReturnType<Cluster[Q]>>;
      const ofNode = async (node: NodeId) => [node, (await engines[question](node, shard, key)) as Answer] as const;
      return new Map(await Promise.all(nodes.map(ofNode)));
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
  }, [store, engines, question, shard, key, names]);
  return rows;
}
