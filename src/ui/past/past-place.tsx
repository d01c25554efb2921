import { Suspense } from 'react';
import { useAppState } from '../app-context.ts';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';

const load = async () => (await import('./past-bar.tsx')).PastBar;

/** Where the page says that it shows an earlier moment. Fetched when it first does. */
export function PastPlace() {
  const inPast = useAppState((state) => state.past !== undefined);
  if (!inPast) return null;
  return (
    <PanelBoundary name="The way back to now">
      <Suspense>
        <LazyPanel load={load} />
      </Suspense>
    </PanelBoundary>
  );
}
