import { Presentation as Board } from 'lucide-react';
import { Suspense } from 'react';
import { useAppState } from '../app-context.ts';
import { LazyPopover } from '../panels/lazy-popover.tsx';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';

const load = async () => (await import('./class-card.tsx')).ClassCard;
const loadPresenter = async () => (await import('./presenter.tsx')).Presenter;

/** The card for teachers, fetched when it is first opened, and the presentation it begins. */
export const ClassMenu = () => (
  <>
    <LazyPopover
      button={
        <>
          <span className="roomy">Class</span>
          <Board className="scarce" size={14} aria-hidden="true" />
        </>
      }
      buttonClass="button class-button"
      title="In class"
      align="right"
      width={360}
      load={load}
    />
    <Presentation />
  </>
);

/** Fetched when it first begins. */
function Presentation() {
  const presenting = useAppState((state) => state.presenting);
  if (!presenting) return null;
  return (
    <PanelBoundary name="The presentation">
      <Suspense>
        <LazyPanel load={loadPresenter} />
      </Suspense>
    </PanelBoundary>
  );
}
