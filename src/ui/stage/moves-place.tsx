import { type ReactNode, Suspense } from 'react';
import { useAppState } from '../app-context.ts';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import type { AppState, RunView } from '../store/app-store.ts';
import type { StageLayout } from './geometry.ts';

const loadStreams = async () => (await import('./move-streams.tsx')).MoveStreams;
const loadLabels = async () => (await import('./move-streams.tsx')).MoveLabels;
const loadProgress = async () => (await import('./move-progress.tsx')).MoveProgress;

const isMoving = ({ model: { placement } }: AppState): boolean =>
  placement.moves.size > 0 || placement.ended.some(({ surplus }) => surplus === 'awaited');
const hasChanged = ({ model }: AppState): boolean => model.placement.change !== undefined;

/** Replicas on their way, under the nodes. The code is fetched when the first one is. */
export function MoveStreamsPlace(props: { readonly run: RunView; readonly layout: StageLayout }) {
  const moving = useAppState(isMoving);
  return moving ? (
    <Fetched>
      <LazyPanel load={loadStreams} {...props} />
    </Fetched>
  ) : null;
}

/** Their stages, over the nodes. */
export function MoveLabelsPlace(props: { readonly layout: StageLayout }) {
  const moving = useAppState(isMoving);
  return moving ? (
    <Fetched>
      <LazyPanel load={loadLabels} {...props} />
    </Fetched>
  ) : null;
}

const Fetched = ({ children }: { readonly children: ReactNode }) => (
  <PanelBoundary name="What moves">
    <Suspense>{children}</Suspense>
  </PanelBoundary>
);

/** How far the last change of the ring has come, in words. */
export function MoveProgressPlace() {
  const run = useAppState((state) => state.run);
  const changed = useAppState(hasChanged);
  if (!changed || run === undefined) return null;
  return (
    <Fetched>
      <LazyPanel load={loadProgress} run={run} />
    </Fetched>
  );
}
