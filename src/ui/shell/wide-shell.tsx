import { type ReactNode, useRef, useState } from 'react';
import { Group, type Layout, type LayoutChangedMeta, Panel, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { InspectorTabs } from './inspector-tabs.tsx';
import { keepSizes, keptSizes, type PaneGroup } from './pane-sizes.ts';
import { PanelSlot } from './panel-slots.tsx';

/** Where a pointer takes hold of a line between panes, across it, in CSS pixels. */
const HANDLE = { coarse: 44, fine: 24 };

/** Everything at once: the stage over the console at the left, the inspector over the events at the right. */
export function WideShell() {
  const reset = useStore(useApp().shell, (state) => state.sizesReset);
  return (
    // A new key makes the panes anew, at the sizes that they have by default; the panels in them are only moved.
    <Panes key={reset} group="columns" orientation="horizontal" first="left" second="right">
      <Panel id="left" defaultSize="57%" minSize={420}>
        <Panes group="left" orientation="vertical" first="stage" second="console">
          <Panel id="stage" className="pane" minSize={300}>
            <PanelSlot panel="ring" />
          </Panel>
          <Line name="Height of the console" />
          <Panel id="console" className="pane" defaultSize="26%" minSize={110}>
            <PanelSlot panel="console" />
          </Panel>
        </Panes>
      </Panel>
      <Line name="Width of the inspector" />
      <Panel id="right" minSize={380}>
        <Panes group="right" orientation="vertical" first="inspector" second="events">
          <Panel id="inspector" className="pane" minSize={160}>
            <InspectorTabs />
          </Panel>
          <Line name="Height of the events" />
          <Panel id="events" className="pane" defaultSize="52%" minSize={110}>
            <PanelSlot panel="events" />
          </Panel>
        </Panes>
      </Panel>
    </Panes>
  );
}

interface PanesProps {
  readonly group: PaneGroup;
  readonly orientation: 'horizontal' | 'vertical';
  readonly first: string;
  readonly second: string;
  readonly children: ReactNode;
}

/** Two panes and the line between them; as the person left them the last time. */
function Panes({ group, orientation, first, second, children }: PanesProps) {
  const [kept] = useState(() => keptSizes(group, [first, second]));
  const wished = useRef<string>(undefined);
  // What was wished for, not what a small window makes of it. A double click is no “user interaction” to the library, but changes the wish.
  const onLayoutChanged = (layout: Layout, { isUserInteraction, requestedLayout = layout }: LayoutChangedMeta) => {
    const before = wished.current;
    wished.current = JSON.stringify(requestedLayout);
    if (isUserInteraction || (before !== undefined && before !== wished.current)) keepSizes(group, requestedLayout);
  };
  return (
    <Group
      id={group}
      className="panes"
      orientation={orientation}
      resizeTargetMinimumSize={HANDLE}
      onLayoutChanged={onLayoutChanged}
      {...(kept === undefined ? {} : { defaultLayout: { ...kept } })}
    >
      {children}
    </Group>
  );
}

/** Dragged, moved by the arrow keys, put back by a double click. */
const Line = ({ name }: { readonly name: string }) => <Separator className="line" aria-label={name} title={name} />;
