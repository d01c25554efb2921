import './dial-card.css';
import { useEffect, useId, useRef, useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import type { Dial } from '../../../console/session.ts';
import { exceptions } from '../../../console/set-consistency.ts';
import { READ_WORDS, WRITE_WORDS } from '../../../core/cluster/consistency-words.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { DialGrid } from './dial-grid.tsx';
import { dialWords } from './dial-words.ts';

/** All pairs of R and W with what each promises; a click, or Enter, is a CONSISTENCY line. What is pointed at is told below. */
export function DialCard() {
  const dial = useAppState((state) => state.dial);
  const run = useCommand();
  const [pointed, setPointed] = useState<Dial>();
  const id = useId();
  const card = useRef<HTMLDivElement>(null);
  // Its code may have come after the card was opened: the focus waits on the card's first button.
  useEffect(() => card.current?.querySelector<HTMLElement>('[data-first]')?.focus(), []);
  return (
    <div ref={card} className="dial-card">
      <DialGrid dial={dial} describedBy={id} onPoint={setPointed} onChoose={(chosen) => run(lineOf(chosen))} />
      <Told id={id} dial={pointed ?? dial} chosen={dial} />
    </div>
  );
}

const lineOf = ({ read, write }: Dial): string => formatCommand('CONSISTENCY', [], { r: `${read}`, w: `${write}` });

interface ToldProps {
  readonly id: string;
  readonly dial: Dial;
  readonly chosen: Dial;
}

/** One sentence for the pair, then each with its promise and its price. */
function Told({ id, dial, chosen }: ToldProps) {
  const { read, write } = dial;
  const { word, sentence } = dialWords(read, write);
  const isChosen = read === chosen.read && write === chosen.write;
  return (
    <div id={id} className="dial-told">
      <h3>
        W={write} R={read}: {word}
      </h3>
      <p className="dial-sentence">{sentence}</p>
      <dl>
        <Side name="Writes" {...WRITE_WORDS[write]} />
        <Side name="Reads" {...READ_WORDS[read]} />
      </dl>
      {exceptions(dial).map((line) => (
        <p key={line} className="dim dial-exception">
          {line}
        </p>
      ))}
      <p className="dial-line">
        <span className="mono">{lineOf(dial)}</span>{' '}
        <span className="dim">{isChosen ? '✓ set here' : 'click, or Enter'}</span>
      </p>
    </div>
  );
}

function Side({ name, promise, price }: { readonly name: string; readonly promise: string; readonly price: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className="dim">{promise}.</span> Price: {price}.
      </dd>
    </div>
  );
}
