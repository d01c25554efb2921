import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { INSPECTOR_TABS } from './panel-names.ts';
import { PanelSlot } from './panel-slots.tsx';
import { showPanel } from './shell-store.ts';
import { TabList, tabId, tabPanelId } from './tab-list.tsx';

/** What explains the stage, one view of it at a time. */
export function InspectorTabs() {
  const { shell } = useApp();
  const selected = useStore(shell, (state) => state.inspector);
  return (
    <section className="tabbed inspector" aria-label="Inspector">
      <TabList
        label="Inspector"
        tabs={INSPECTOR_TABS}
        selected={selected}
        onSelect={(panel) => showPanel(shell, panel)}
      />
      <div role="tabpanel" id={tabPanelId(selected)} aria-labelledby={tabId(selected)} className="tab-panel">
        <PanelSlot key={selected} panel={selected} />
      </div>
    </section>
  );
}
