import { type ComponentProps, Suspense } from 'react';
import { useAppState } from '../app-context.ts';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import type { SelectedBar } from './selected-bar.tsx';

const loadBar = async () => (await import('./selected-bar.tsx')).SelectedBar;

/** Where the stage offers what can be done to what is selected. Its code is fetched when something is. */
export function SelectedPlace(props: ComponentProps<typeof SelectedBar>) {
  const isSelected = useAppState(
    ({ selectedNode, selectedLink }) => selectedNode !== undefined || selectedLink !== undefined,
  );
  if (!isSelected) return null;
  return (
    <PanelBoundary name="What can be done to it">
      <Suspense>
        <LazyPanel load={loadBar} {...props} />
      </Suspense>
    </PanelBoundary>
  );
}
