import { lazy, Suspense } from 'react';
import { ConsolePanel } from './panels/console-panel.tsx';
import { EventFeed } from './panels/event-feed.tsx';
import { PanelBoundary } from './panels/panel-boundary.tsx';
import { ReplicaLogs } from './panels/replica-logs.tsx';
import { Suggestions } from './panels/suggestions.tsx';
import { TopBar } from './panels/top-bar.tsx';
import { Stage } from './stage/stage.tsx';

/** Not part of the first script: the ring and the console do not wait for it. */
const WritePath = lazy(async () => ({ default: (await import('./panels/write-path/write-path.tsx')).WritePath }));

/** The screen: a bar, the stage and what explains it, the console. A panel that fails leaves the others alone. */
export function App() {
  return (
    <div className="app">
      <PanelBoundary name="The top bar">
        <TopBar />
      </PanelBoundary>
      <main className="body">
        <div className="area-stage">
          <PanelBoundary name="The stage">
            <Suggestions />
            <Stage />
          </PanelBoundary>
        </div>
        <div className="area-logs">
          <PanelBoundary name="The logs">
            <ReplicaLogs />
          </PanelBoundary>
        </div>
        <div className="area-console">
          <PanelBoundary name="The console">
            <ConsolePanel />
          </PanelBoundary>
        </div>
        <div className="area-feed">
          <PanelBoundary name="The events">
            <EventFeed />
          </PanelBoundary>
        </div>
        <div className="area-operations">
          <PanelBoundary name="The operations">
            <Suspense fallback={<p className="panel empty">The write path is loading.</p>}>
              <WritePath />
            </Suspense>
          </PanelBoundary>
        </div>
      </main>
    </div>
  );
}
