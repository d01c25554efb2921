import { useEffect, useState } from 'react';
import { describeChoices, type EventChoice } from '../../console/event-text.ts';
import { formatCommand } from '../../console/format-command.ts';
import type { PendingEvents } from '../../core/cluster/pending-event.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import { OnlyNow } from '../past/only-now.tsx';
import { BreakpointList } from './breakpoint-list.tsx';
import { PendingEventRow } from './pending-event-row.tsx';

const ROWS_MAX = 14;

/** What can happen next, and what time will stop at. */
export function PendingEventList() {
  return (
    <>
      <NextEvents />
      <BreakpointList />
    </>
  );
}

/** What can happen next, or why that cannot be chosen now. */
function NextEvents() {
  const mode = useAppState((state) => state.transport.mode);
  const inPast = useAppState((state) => state.past !== undefined);
  const pending = usePendingEvents();
  const run = useCommand();
  if (mode === 'booting' || mode === 'replaying')
    return <p className="dim">{mode === 'booting' ? 'The cluster starts.' : 'A saved run is replayed as it was.'}</p>;
  if (inPast) return <OnlyNow what="You look at an earlier moment. What comes next is known of now alone." />;
  if (mode !== 'paused')
    return (
      <>
        <p>Time runs. Hold it still to choose which message arrives first, or which disk is quick.</p>
        <p className="card-actions">
          <button type="button" className="button button-main" onClick={() => run(formatCommand('PAUSE'))}>
            Pause
          </button>
        </p>
      </>
    );
  if (pending === undefined) return null;
  const choices = describeChoices(pending.events, pending.timeUs);
  return (
    <>
      <p className="dim pending-lead">
        The first row is next in its time. Choose a message or a disk write to take it now, before all others; lose or
        delay a message with the buttons beside it.
      </p>
      <Rows choices={choices.slice(0, ROWS_MAX)} />
      <p className="dim card-note">
        {choices.length > ROWS_MAX ? (
          <>
            … and {choices.length - ROWS_MAX} more:{' '}
            <span className="mono">EVENTS {Math.min(1000, choices.length)}</span> lists them.{' '}
          </>
        ) : null}
        Timers keep their time: elections rest on their rate.
      </p>
    </>
  );
}

function Rows({ choices }: { readonly choices: readonly EventChoice[] }) {
  const { store } = useApp();
  const run = useCommand();
  const [pointed, setPointed] = useState<number>();
  // By its place: when an event is taken, another one comes under the pointer that does not move.
  const event = pointed === undefined ? undefined : choices[pointed]?.event;
  const markedMessage = event?.type === 'Message' ? event.id : undefined;
  useEffect(() => {
    store.setState({ markedMessage });
    return () => store.setState({ markedMessage: undefined });
  }, [store, markedMessage]);
  if (choices.length === 0) return <p>Nothing is pending: every node is down. Revive one.</p>;
  return (
    <ol className="pending-rows">
      {choices.map((choice, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row keeps its place, so that the focus stays where it is when its event is taken
        <li key={i}>
          <PendingEventRow choice={choice} onChoose={run} onPoint={(on) => setPointed(on ? i : undefined)} />
        </li>
      ))}
    </ol>
  );
}

/** Asked again whenever the cluster reports while time stands. */
function usePendingEvents(): PendingEvents | undefined {
  const { pendingEvents } = useApp();
  const transport = useAppState((state) => state.transport);
  const [pending, setPending] = useState<PendingEvents>();
  useEffect(() => {
    if (transport.mode !== 'paused') return undefined;
    let wanted = true;
    // A cluster that cannot answer has said so in its own place.
    pendingEvents().then(
      (answer) => {
        if (wanted) setPending(answer);
      },
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [pendingEvents, transport]);
  return pending;
}
