import './dial-card.css';
import { useEffect, useRef } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import { KEYSPACES } from '../../../console/session.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { EventualDial } from './eventual-dial.tsx';
import { StrongDial } from './strong-dial.tsx';

/** In which keyspace the console works, and all pairs of R and W there with what each promises; a click, or Enter, is a line. */
export function DialCard() {
  const keyspace = useAppState((state) => state.keyspace);
  const run = useCommand();
  const card = useRef<HTMLDivElement>(null);
  // Its code may have come after the card was opened: the focus waits on the card's first button.
  useEffect(() => card.current?.querySelector<HTMLElement>('[data-first]')?.focus(), []);
  return (
    <div ref={card} className="dial-card">
      <fieldset className="dial-choice">
        <legend>Keyspace</legend>
        {KEYSPACES.map((each) => {
          const line = formatCommand('USE', [each]);
          return (
            <button key={each} type="button" aria-pressed={each === keyspace} title={line} onClick={() => run(line)}>
              {each} <span className="dim">{KEYSPACE_WORDS[each]}</span>
            </button>
          );
        })}
      </fieldset>
      {keyspace === 'strong' ? <StrongDial /> : <EventualDial />}
    </div>
  );
}

const KEYSPACE_WORDS = { strong: 'a Raft group each shard', eventual: 'no leader' };
