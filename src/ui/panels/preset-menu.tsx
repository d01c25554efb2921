import { useAppState } from '../app-context.ts';
import { presentCount } from '../store/node-count.ts';
import { LazyPopover } from './lazy-popover.tsx';
import { sizeText } from './presets.ts';

const load = async () => (await import('./preset-card.tsx')).PresetCard;

/** How large the cluster is; in its card, fetched when it is first opened, the sizes to start another with. */
export function PresetMenu() {
  const config = useAppState((state) => state.run?.config);
  const nodes = useAppState(presentCount);
  const seed = useAppState((state) => state.run?.seed);
  if (config === undefined || seed === undefined) return null;
  return (
    <>
      <LazyPopover
        button={
          <>
            <span className="roomy">{sizeText({ nodes, shards: config.shards })}</span>
            <span className="scarce" aria-hidden="true">
              {nodes} × {config.shards}
            </span>{' '}
            <Chevron />
          </>
        }
        buttonClass="button preset-button"
        title="Start another cluster"
        align="left"
        width={340}
        load={load}
      />
      <span className="facts">
        <span>seed</span> <span className="mono">{seed}</span>
      </span>
    </>
  );
}

function Chevron() {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M1.5 3 L5 6.5 L8.5 3" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
