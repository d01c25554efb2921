import { ConsolePanel } from './panels/console-panel.tsx';
import { EventFeed } from './panels/event-feed/event-feed.tsx';
import { OperationList } from './panels/operation-list.tsx';
import { PanelBoundary } from './panels/panel-boundary.tsx';
import { RaftInspector } from './panels/raft-inspector/raft-inspector.tsx';
import { Suggestions } from './panels/suggestions.tsx';
import { TopBar } from './panels/top-bar.tsx';
import { Stage } from './stage/stage.tsx';

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
            <RaftInspector />
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
            <OperationList />
          </PanelBoundary>
        </div>
      </main>
    </div>
  );
}
