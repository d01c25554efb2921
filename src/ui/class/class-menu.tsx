import { lazy, Suspense, useState } from 'react';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { Popover } from '../panels/popover.tsx';
import { Presenter } from './presenter.tsx';

const ClassCard = lazy(async () => ({ default: (await import('./class-card.tsx')).ClassCard }));

/** The card for teachers, fetched when it is first opened, and the presentation it begins. */
export function ClassMenu() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Popover
        button="Class"
        buttonClass="button"
        title="In class"
        align="right"
        width={360}
        onOpen={() => setOpen(true)}
        onClose={() => setOpen(false)}
      >
        {(close) =>
          open ? (
            <PanelBoundary name="The card">
              <Suspense>
                <ClassCard close={close} />
              </Suspense>
            </PanelBoundary>
          ) : null
        }
      </Popover>
      <Presenter />
    </>
  );
}
