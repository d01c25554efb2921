import { type ComponentProps, type ComponentType, Suspense, useState } from 'react';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import { PanelBoundary } from './panel-boundary.tsx';
import { Popover } from './popover.tsx';

export interface CardProps {
  /** Puts the focus back on the button. */
  readonly close: () => void;
}

type Props = Omit<ComponentProps<typeof Popover>, 'onOpen' | 'onClose' | 'children'> & {
  /** Fetches the code of what is in the card. One function a card, always the same one. */
  readonly load: () => Promise<ComponentType<CardProps>>;
};

/** A card whose content is fetched when it is first opened, and drawn only while it is open. */
export function LazyPopover({ load, ...card }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover {...card} onOpen={() => setOpen(true)} onClose={() => setOpen(false)}>
      {(close) =>
        open ? (
          <PanelBoundary name="The card">
            <Suspense>
              <LazyPanel load={load} close={close} />
            </Suspense>
          </PanelBoundary>
        ) : null
      }
    </Popover>
  );
}
