import { Suspense } from 'react';
import { isEven } from '../../core/cluster/break.ts';
import { useAppState } from '../app-context.ts';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import { PanelBoundary } from './panel-boundary.tsx';

const loadBar = async () => (await import('./break-bar.tsx')).BreakBar;

/** Where the screen says what is broken on purpose. Its code is fetched when something is. */
export function BreakPlace() {
  const isBroken = useAppState(
    ({ model, run }) => model.breaks.length > 0 || (run !== undefined && isEven(run.config)),
  );
  if (!isBroken) return null;
  return (
    <PanelBoundary name="What is broken on purpose">
      <Suspense>
        <LazyPanel load={loadBar} />
      </Suspense>
    </PanelBoundary>
  );
}
