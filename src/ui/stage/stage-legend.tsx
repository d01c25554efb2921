import { useAppState } from '../app-context.ts';
import { nodeFill } from '../theme/palette.ts';

/** What the shapes of messages mean, with all shards shown the arcs in a node, and, with more nodes than hues, the line through a hue. */
export function StageLegend() {
  const repeated = useAppState((state) => Math.max(0, (state.run?.config.nodes ?? 0) - 7));
  const all = useAppState((state) => state.allShards);
  return (
    <ul className="stage-legend" aria-label="Messages">
      <li>
        <Mark>
          <circle cx="6" cy="6" r="4" fill="var(--accent)" />
        </Mark>
        append entries
      </li>
      <li>
        <Mark>
          <path d="M6 1.5 L10.5 10 H1.5 Z" fill="var(--accent)" />
        </Mark>
        vote
      </li>
      <li>
        <Mark>
          <rect x="2" y="2" width="8" height="8" fill="var(--ink)" />
        </Mark>
        client
      </li>
      <li>
        <Mark>
          <circle cx="6" cy="6" r="4" fill="none" stroke="var(--accent)" strokeWidth="2" />
        </Mark>
        reply (hollow)
      </li>
      <li>
        <Mark>
          <circle cx="6" cy="6" r="2.5" fill="var(--accent)" opacity="0.55" />
        </Mark>
        heartbeat
      </li>
      {all ? (
        <li>
          <Mark>
            <path d="M6 1 A5 5 0 0 1 11 6" fill="none" stroke="var(--ink)" strokeWidth="3" />
            <path d="M6 11 A5 5 0 0 1 1 6" fill="none" stroke="var(--dim)" strokeWidth="1.5" />
          </Mark>
          in a node: leads a shard, follows
        </li>
      ) : null}
      {repeated === 0 ? null : (
        <li>
          <Mark>
            <rect x="1" y="1" width="10" height="4" fill={nodeFill(8)} />
            <rect x="1" y="7" width="10" height="4" fill={nodeFill(8)} />
          </Mark>
          split hue: n8{repeated > 1 ? ', n9' : ''}
        </li>
      )}
    </ul>
  );
}

function Mark({ children }: { readonly children: React.ReactNode }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {children}
    </svg>
  );
}
