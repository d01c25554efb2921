import { showTime } from '../../../console/show.ts';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { nodeName, shardName } from '../../../core/cluster/snapshot.ts';
import type { ReplicaIntegrityView } from '../../store/integrity-view.ts';
import type { ViewModel } from '../../store/view-model.ts';
import { NodeChip } from '../node-chip.tsx';

const STATE_WORDS: Record<ReplicaIntegrityView['state'], string> = {
  quarantined: '✕ quarantined',
  damaged: '✕ cannot be read',
  repairing: '… being repaired',
  sound: '✓ sound again',
};

interface Standing extends ReplicaIntegrityView {
  readonly shard: ShardId;
  readonly node: NodeId;
}

/** Replicas of any shard that are, or were, not what they should be: those that still are first, then the latest. */
export function standings({ integrity }: Pick<ViewModel, 'integrity'>): readonly Standing[] {
  return [...integrity]
    .flatMap(([shard, { replicas }]) => [...replicas].map(([node, view]) => ({ shard, node, ...view })))
    .sort((a, b) => Number(a.state === 'sound') - Number(b.state === 'sound') || b.sinceUs - a.sinceUs);
}

export function ReplicaStanding({ replicas }: { readonly replicas: readonly Standing[] }) {
  if (replicas.length === 0) return null;
  const sound = replicas.filter(({ state }) => state === 'sound').length;
  return (
    <section aria-labelledby="standing-title">
      <h3 id="standing-title">
        Replicas that were not what they should be{' '}
        <span className="dim">
          {replicas.length - sound} out of service · {sound} sound again
        </span>
      </h3>
      <div className="entropy-scroll">
        <table className="entropy-table">
          <thead>
            <tr>
              <th scope="col">replica</th>
              <th scope="col">is</th>
              <th scope="col">since</th>
              <th scope="col">because</th>
            </tr>
          </thead>
          <tbody>
            {replicas.map(({ shard, node, state, sinceUs, cause, cure }) => (
              <tr key={`${shard}/${node}`} aria-label={`${nodeName(node)} of ${shardName(shard)}`}>
                <th scope="row">
                  <NodeChip node={node} /> {shardName(shard)}
                </th>
                <td className={state === 'sound' ? 'good' : 'bad'}>{STATE_WORDS[state]}</td>
                <td>{showTime(sinceUs)}</td>
                <td className="entropy-text">{[cause, cure].filter((part) => part !== '').join('; ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
