import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { InspectorTabs } from './inspector-tabs.tsx';
import { PanelSlot } from './panel-slots.tsx';
import { SplitPanes } from './split-panes.tsx';

/** Everything at once: the stage over the console at the left, the inspector over the events at the right. */
export function WideShell() {
  const reset = useStore(useApp().shell, (state) => state.sizesReset);
  return (
    // A new key makes the panes anew, at the sizes that they have by default; the panels in them are only moved.
    <SplitPanes
      key={reset}
      group="columns"
      direction="row"
      line="Width of the inspector"
      share={0.57}
      first={{ name: 'left', sizeMin: 420, content: <Left /> }}
      second={{ name: 'right', sizeMin: 380, content: <Right /> }}
    />
  );
}

const Left = () => (
  <SplitPanes
    group="left"
    direction="column"
    line="Height of the console"
    share={0.74}
    first={{ name: 'stage', sizeMin: 300, content: <PanelSlot panel="ring" /> }}
    second={{ name: 'console', sizeMin: 110, content: <PanelSlot panel="console" /> }}
  />
);

const Right = () => (
  <SplitPanes
    group="right"
    direction="column"
    line="Height of the events"
    share={0.48}
    first={{ name: 'inspector', sizeMin: 160, content: <InspectorTabs /> }}
    second={{ name: 'events', sizeMin: 110, content: <PanelSlot panel="events" /> }}
  />
);
