import { type CSSProperties, Suspense, useState } from 'react';
import './embed.css';
import type { EmbedOptions, PanelName } from '../../embed/address.ts';
import { BreakPlace } from '../panels/break-place.tsx';
import { EventFeed } from '../panels/event-feed/event-feed.tsx';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { PastPlace } from '../past/past-place.tsx';
import { LazyPanel, type LoadPanel } from '../shell/lazy-panel.tsx';
import { Stage } from '../stage/stage.tsx';
import { EmbedBar } from './embed-bar.tsx';

/** Only the code of what was asked for is fetched; of the ring and the events it is here. */
const CONTENT: Readonly<Record<PanelName, { readonly title: string; readonly load: LoadPanel }>> = {
  ring: { title: 'Ring', load: async () => Stage },
  console: { title: 'Console', load: async () => (await import('../panels/console-panel.tsx')).ConsolePanel },
  raft: {
    title: 'Raft',
    load: async () => (await import('../panels/raft-inspector/raft-inspector.tsx')).RaftInspector,
  },
  path: { title: 'Path', load: async () => (await import('../panels/write-path/write-path.tsx')).WritePath },
  storage: { title: 'Storage', load: async () => (await import('../panels/storage/storage-panel.tsx')).StoragePanel },
  membership: {
    title: 'Members',
    load: async () => (await import('../panels/membership/membership-panel.tsx')).MembershipPanel,
  },
  repair: {
    title: 'Repair',
    load: async () => (await import('../panels/anti-entropy/anti-entropy-panel.tsx')).AntiEntropyPanel,
  },
  worlds: { title: 'C or A?', load: async () => (await import('../worlds/both-worlds.tsx')).BothWorlds },
  events: { title: 'Events', load: async () => EventFeed },
};

/** The page in a frame: a thin bar and the panels that were asked for; one at a time where there is no room for more. */
export function EmbedApp({ panels, pageAddress }: EmbedOptions) {
  const hasRing = panels.includes('ring');
  const [shown, setShown] = useState(panels[0]);
  return (
    <div className="embed">
      <EmbedBar pageAddress={pageAddress} />
      <BreakPlace />
      <PastPlace />
      <main
        className={`embed-panels${panels.length > 2 ? ' embed-many' : ''}`}
        style={{ '--embed-rows': rowsOf(panels) } as CSSProperties}
        data-ring={hasRing}
      >
        {panels.map((name) => (
          <EmbedPanel key={name} name={name} shown={name === shown} />
        ))}
      </main>
      {panels.length > 1 ? (
        <nav className="embed-choice" aria-label="Panels">
          {panels.map((name) => (
            <button key={name} type="button" aria-pressed={name === shown} onClick={() => setShown(name)}>
              {CONTENT[name].title}
            </button>
          ))}
        </nav>
      ) : null}
    </div>
  );
}

function EmbedPanel({ name, shown }: { readonly name: PanelName; readonly shown: boolean }) {
  const { title, load } = CONTENT[name];
  return (
    <div className={`embed-panel embed-${name}`} data-shown={shown}>
      <PanelBoundary name={`The panel "${title}"`}>
        <Suspense>
          <LazyPanel load={load} />
        </Suspense>
      </PanelBoundary>
    </div>
  );
}

/** Heights of the panels beside the ring: three logs need what they need, lists take the rest. */
function rowsOf(panels: readonly PanelName[]): string {
  const stacked = panels.filter((name) => name !== 'ring');
  if (stacked.length < 2) return 'minmax(0, 1fr)';
  return stacked.map((name) => (name === 'raft' ? 'fit-content(260px)' : 'minmax(0, 1fr)')).join(' ');
}
