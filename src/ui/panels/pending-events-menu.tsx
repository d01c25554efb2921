import { useAppState } from '../app-context.ts';
import { LazyPopover } from './lazy-popover.tsx';

const load = async () => (await import('./pending-event-list.tsx')).PendingEventList;

/** What can happen next, beside Step: each row runs the command that takes it. Fetched when it is first opened. */
export const PendingEventsMenu = () => (
  <LazyPopover
    button={
      <>
        <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          <path d="M1.5 3 L5 6.5 L8.5 3" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
        <span className="sr-only">Choose what comes next</span>
        <BreakpointCount />
      </>
    }
    buttonClass="button next-button"
    title="What can happen next"
    align="left"
    width={480}
    load={load}
  />
);

/** How many breakpoints are set, where anybody looks who wonders why time stands. */
function BreakpointCount() {
  const count = useAppState((state) => state.transport.breakpoints.length);
  if (count === 0) return null;
  return (
    <>
      <span className="sr-only">, breakpoints:</span> {count}
    </>
  );
}
