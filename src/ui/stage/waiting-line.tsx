import { type ShardId, shardId } from '../../core/base/ids.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import type { AppState } from '../store/app-store.ts';
import { leaderLastIndex, leaderOf } from '../store/view-model.ts';
import { useSettled } from '../use-settled.ts';
import { useSplitCode } from './late-split.ts';
import { crashWords, entriesBehind } from './node-words.ts';

/** A line that counts would be read out without end: only what has stood this long is. */
const SAID_AFTER_MS = 700;

/** One line of what is awaited while the cluster boots or a node recovers, or why time stands. */
export function WaitingLine() {
  const split = useSplitCode();
  const text = useAppState((state) => awaited(state, split?.splitSentence(state.model) ?? ''));
  const said = useSettled(text, SAID_AFTER_MS);
  return (
    <>
      <p className="waiting-line" aria-hidden="true">
        {text}
      </p>
      <p className="sr-only" role="status">
        {said}
      </p>
    </>
  );
}

/** The first node that has come back and lacks entries of the shard in view. */
function latecomer(model: AppState['model'], shard: ShardId): string {
  const last = leaderLastIndex(model, shard);
  for (const [node, replica] of model.shards.get(shard) ?? []) {
    const behind = model.nodes.get(node)?.state === 'up' ? entriesBehind(replica, last) : 0;
    if (behind > 0) return `${nodeName(node)} catches up: ${behind} behind in ${shardName(shard)}`;
  }
  return '';
}

/** @param split who reaches whom, as a sentence */
function awaited({ model, transport, past, run, focusedShard }: AppState, split: string): string {
  const crashed = [...model.nodes].find(([, node]) => node.state === 'crashed');
  if (crashed !== undefined) {
    const [node, view] = crashed;
    return view.fault === undefined
      ? `✕ ${nodeName(node)} crashed: ${view.reason}. Revive tries again from its disk, RESET begins anew.`
      : `✕ ${nodeName(node)} is down: ${crashWords(view)}.`;
  }
  if (transport.mode === 'booting' && run !== undefined) {
    const shards = run.config.shards;
    const led = Array.from({ length: shards }, (_, shard) => leaderOf(model, shardId(shard))).filter(
      (leader) => leader !== 0,
    ).length;
    return `Starting: ${led} of ${shards} shards have a leader`;
  }
  if (transport.mode === 'replaying') return transport.note === '' ? 'Replaying the run' : transport.note;
  const recovering = [...model.nodes].find(([, node]) => node.state === 'recovering');
  if (recovering !== undefined) {
    const { logRecords, durationUs } = recovering[1].recovery;
    if (durationUs === 0) return `${nodeName(recovering[0])} starts`;
    return `${nodeName(recovering[0])} recovers from its disk: it replays ${logRecords} log records`;
  }
  const late = latecomer(model, focusedShard);
  if (late !== '') return late;
  // Why time stands is of now.
  return [past === undefined ? transport.note : '', split].filter((text) => text !== '').join(' · ');
}
