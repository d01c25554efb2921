import { useAppState } from '../app-context.ts';
import { RealityCard } from './reality-card.tsx';

/** What the cluster really runs on, as a probe found it, and a card that says more. */
export function HostChip() {
  const host = useAppState((state) => state.host);
  const nodes = useAppState((state) => state.run?.config.nodes);
  const real = host.nodes === 'workers' && host.storage === 'IndexedDB';
  const what = host.nodes === 'in process' ? 'one thread' : `${nodes ?? ''} ${host.nodes}`.trim();
  return (
    <div className="host">
      <p className={real ? 'host-chip' : 'host-chip host-chip-warn'} title={host.reason}>
        {real ? (
          <>
            <span className="ok">✓</span> {what} · IndexedDB
          </>
        ) : (
          <>
            <span aria-hidden="true">▲</span> {what} ·{' '}
            {host.storage === 'memory' ? 'memory only: survives a kill, not a reload' : host.storage}
          </>
        )}
      </p>
      <RealityCard />
    </div>
  );
}
