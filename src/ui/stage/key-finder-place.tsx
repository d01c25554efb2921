import { Suspense } from 'react';
import { useAppState } from '../app-context.ts';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import type { RunView } from '../store/app-store.ts';
import type { StageLayout } from './geometry.ts';

const loadFinder = async () => (await import('./key-finder.tsx')).KeyFinder;
const loadWalk = async () => (await import('./key-walk.tsx')).KeyWalk;

/** Where the page asks for a key, and tells where it lives. Its code is fetched when it first does. */
export function KeyFinderPlace() {
  const isOpen = useAppState(({ finder }) => finder !== undefined);
  if (!isOpen) return null;
  return (
    <PanelBoundary name="Where a key lives">
      <Suspense>
        <LazyPanel load={loadFinder} />
      </Suspense>
    </PanelBoundary>
  );
}

/** The same on the ring. */
export function KeyWalkPlace(props: { readonly run: RunView; readonly layout: StageLayout }) {
  const hasKey = useAppState(({ finder }) => finder?.key !== undefined);
  if (!hasKey) return null;
  return (
    <PanelBoundary name="The way to the key">
      <Suspense>
        <LazyPanel load={loadWalk} {...props} />
      </Suspense>
    </PanelBoundary>
  );
}
