import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { PANELS } from './panel-list.tsx';
import { PANEL_IDS, type PanelId } from './panel-names.ts';
import { PanelSlot } from './panel-slots.tsx';
import { showPanel } from './shell-store.ts';
import { TabList, tabId, tabPanelId } from './tab-list.tsx';

const BESIDE_STAGE: readonly PanelId[] = PANEL_IDS.filter((panel) => panel !== 'ring');

/** The panel in front, in a `split`: what is beside the stage is never the stage. */
export const frontBesideStage = (front: PanelId): PanelId => (front === 'ring' ? 'console' : front);

/** The stage beside one panel: embeds, phones on their side, a zoomed page. */
export function SplitShell() {
  const { shell } = useApp();
  const front = useStore(shell, (state) => frontBesideStage(state.front));
  return (
    <div className="split">
      <div className="pane split-stage">
        <PanelSlot panel="ring" />
      </div>
      <div className="tabbed">
        <TabList label="Panels" tabs={BESIDE_STAGE} selected={front} onSelect={(panel) => showPanel(shell, panel)} />
        <FrontPanel panel={front} />
      </div>
    </div>
  );
}

/** One column over a bar of tabs. Where the page is high enough, the stage stays above what is looked at. */
export function ColumnShell({ stageStays }: { readonly stageStays: boolean }) {
  const { shell } = useApp();
  const front = useStore(shell, (state) => state.front);
  return (
    <div className="column">
      {stageStays && front !== 'ring' ? (
        <div className="pane column-stage">
          <PanelSlot panel="ring" />
        </div>
      ) : null}
      <FrontPanel panel={front} />
      <TabList
        label="Panels"
        tabs={PANEL_IDS}
        selected={front}
        onSelect={(panel) => showPanel(shell, panel)}
        icons={PANELS}
      />
    </div>
  );
}

function FrontPanel({ panel }: { readonly panel: PanelId }) {
  return (
    <div role="tabpanel" id={tabPanelId(panel)} aria-labelledby={tabId(panel)} className="pane tab-panel">
      <PanelSlot key={panel} panel={panel} />
    </div>
  );
}
