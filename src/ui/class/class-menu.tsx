import { Presentation as Board } from 'lucide-react';
import { LazyPopover } from '../panels/lazy-popover.tsx';
import { Presenter } from './presenter.tsx';

const load = async () => (await import('./class-card.tsx')).ClassCard;

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
    <Presenter />
  </>
);
