import { useAppState } from '../app-context.ts';
import { nodeCount } from '../store/node-count.ts';
import { RealityCard } from './reality-card.tsx';

/** What the cluster really runs on, as a probe found it, and a card that says more. */
export function HostChip() {
  const host = useAppState((state) => state.host);
  const nodes = useAppState(nodeCount);
  // Only workers have databases of their own.
  const real = host.storage === 'IndexedDB';
  const what = host.nodes === 'in process' ? 'one thread' : `${nodes === 0 ? '' : nodes} ${host.nodes}`.trim();
  return (
    <div className="host">
      <p className={real ? 'host-chip' : 'host-chip host-chip-warn'} title={host.reason}>
        {real ? (
          <>
            <span className="ok">✓</span> {what} · IndexedDB
          </>
        ) : (
          <>
            <span aria-hidden="true">▲</span> {what} · memory only: survives a kill, not a reload
          </>
        )}
      </p>
      <RealityCard />
    </div>
  );
}
