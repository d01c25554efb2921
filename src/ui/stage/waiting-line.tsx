import { shardId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import type { AppState } from '../store/app-store.ts';
import { leaderOf } from '../store/view-model.ts';

/** One line of what is awaited while the cluster boots or a node recovers, or why time stands. */
export function WaitingLine() {
  const text = useAppState(awaited);
  return (
    <p className="waiting-line" role="status">
      {text}
    </p>
  );
}

function awaited({ model, transport, run }: AppState): string {
  const crashed = [...model.nodes].find(([, node]) => node.state === 'crashed');
  if (crashed !== undefined)
    return `✕ ${nodeName(crashed[0])} crashed: ${crashed[1].reason}. Revive tries again from its disk, RESET begins anew.`;
  if (transport.mode === 'booting' && run !== undefined) {
    const shards = run.config.shards;
    const led = Array.from({ length: shards }, (_, shard) => leaderOf(model, shardId(shard))).filter(
      (leader) => leader !== 0,
    ).length;
    return `Starting: ${led} of ${shards} shards have a leader`;
  }
  if (transport.mode === 'replaying') return transport.note === '' ? 'Replaying the run' : transport.note;
  const recovering = [...model.nodes].find(([, node]) => node.state === 'recovering');
  if (recovering !== undefined) return `${nodeName(recovering[0])} recovers from its disk`;
  return transport.note;
}
