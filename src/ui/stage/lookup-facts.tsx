import { shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { NodeChip } from '../panels/node-chip.tsx';
import type { Lookup } from '../store/lookup.ts';

const hex = (token: number): string => token.toString(16).padStart(8, '0');

/** The newest lookup in words: the key's hash, the shard whose arc holds it, and who has its copies. */
export function LookupFacts({ lookup }: { readonly lookup: Lookup }) {
  const ring = useAppState((state) => state.run?.ring);
  const nodes = useAppState((state) => state.model.nodes);
  if (ring === undefined) return null;
  return (
    <div className="lookup-facts">
      <p className="lookup-title">
        {lookup.label} → {shardName(lookup.shard)}
      </p>
      <p className="lookup-hash">hash {hex(lookup.token)}</p>
      <p className="lookup-replicas">
        {ring.replicas(lookup.shard).map((node) => (
          <NodeChip key={node} node={node} up={nodes.get(node)?.state === 'up'} />
        ))}
      </p>
    </div>
  );
}
