import { useId, useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import { DIAL_DEFAULT, type Dial } from '../../../console/session.ts';
import { exceptions } from '../../../console/set-consistency.ts';
import { READ_WORDS, WRITE_WORDS } from '../../../core/cluster/consistency-words.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { DialGrid } from './dial-grid.tsx';
import { dialWords, READ_ROWS, READ_TRIPS, tripsText, WRITE_COLUMNS, WRITE_TRIPS } from './dial-words.ts';
import type { GridPlace } from './grid-step.ts';

const ROWS = READ_ROWS.map((read) => ({ name: `R=${read}`, below: tripsText(READ_TRIPS[read]) }));
const COLUMNS = WRITE_COLUMNS.map((write) => ({ name: `W=${write}`, below: tripsText(WRITE_TRIPS[write]) }));

const pairAt = ({ row, column }: GridPlace): Dial => ({
  read: READ_ROWS[row] ?? DIAL_DEFAULT.read,
  write: WRITE_COLUMNS[column] ?? DIAL_DEFAULT.write,
});

const placeOf = ({ read, write }: Dial): GridPlace => ({
  row: READ_ROWS.indexOf(read),
  column: WRITE_COLUMNS.indexOf(write),
});

/** R and W of the strong keyspace. What is pointed at is told below. */
export function StrongDial() {
  const dial = useAppState((state) => state.dial);
  const run = useCommand();
  const [pointed, setPointed] = useState<GridPlace>();
  const id = useId();
  return (
    <>
      <DialGrid
        label="W and R"
        rows={ROWS}
        columns={COLUMNS}
        cellOf={cellOf}
        chosen={placeOf(dial)}
        describedBy={id}
        onPoint={setPointed}
        onChoose={(place) => run(lineOf(pairAt(place)))}
      />
      <Told id={id} dial={pointed === undefined ? dial : pairAt(pointed)} chosen={dial} />
    </>
  );
}

function cellOf(place: GridPlace) {
  const { read, write } = pairAt(place);
  const { word, sign } = dialWords(read, write);
  const content = (
    <>
      <span aria-hidden="true" className="dial-sign">
        {sign}
      </span>{' '}
      {word}
    </>
  );
  return { sign, content };
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
