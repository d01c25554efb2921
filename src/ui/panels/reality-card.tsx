import { Suspense } from 'react';
import { useAppState } from '../app-context.ts';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import { PanelBoundary } from './panel-boundary.tsx';
import { Popover } from './popover.tsx';

const loadItems = async () => (await import('./reality-items.tsx')).RealityItems;

/** “What is real here?”: what is, what is simulated, and what is not there yet. Its text is fetched when it is first opened. */
export function RealityCard() {
  const ready = useAppState((state) => state.run !== undefined);
  if (!ready) return null;
  return (
    <Popover button="What is real here?" buttonClass="link-button" title="What is real here" align="right" width={440}>
      {() => (
        <PanelBoundary name="What is real here">
          <Suspense>
            <LazyPanel load={loadItems} />
          </Suspense>
        </PanelBoundary>
      )}
    </Popover>
  );
}
