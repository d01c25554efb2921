import { useAppState } from '../../app-context.ts';
import { LazyPopover } from '../lazy-popover.tsx';

const load = async () => (await import('./dial-card.tsx')).DialCard;

/** How this console writes and reads; in its card, what that promises, and all that can be chosen instead. */
export function DialChip() {
  const { read, write } = useAppState((state) => state.dial);
  return (
    <LazyPopover
      button={
        <>
          <span className="sr-only">Consistency: </span>W={write} R={read}
        </>
      }
      buttonClass={`dial-chip${write === 1 || read === 1 ? ' dial-weak' : ''}`}
      title="What R and W promise"
      align="right"
      width={720}
      load={load}
    />
  );
}
