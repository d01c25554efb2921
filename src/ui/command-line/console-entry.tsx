import { memo, useMemo } from 'react';
import type { Topology } from '../../console/command.ts';
import { useGrammar } from '../grammar.ts';
import type { ConsoleEntry, ConsoleResult } from '../store/console-log.ts';
import { type PutLine, TextWithNames } from './names.tsx';

const LINE_SHOWN_MAX = 1000;
const SOURCE_WORDS = { typed: '', button: ' # clicked', script: ' # from a script', page: '' } as const;

interface EntryProps {
  readonly entry: ConsoleEntry;
  /** What its names are looked for in; undefined: it is too old for its names to be clicked. */
  readonly topology: Topology | undefined;
  readonly onPut: PutLine;
}

/** A command and what came of it. Only results are announced: who ran the line knows it, and programs run hundreds a second. */
export const Entry = memo(function Entry({ entry, topology, onPut }: EntryProps) {
  const { line, source, running, results } = entry;
  return (
    <div className="console-entry" aria-live={source === 'script' ? 'off' : undefined}>
      {source === 'page' ? null : (
        <p className="console-command" aria-live="off">
          <button
            type="button"
            className="console-again"
            data-name
            tabIndex={-1}
            // Not hidden text: it would be copied with the line.
            aria-label="Put into the command line"
            title="Put this line into the command line"
            onClick={() => onPut(line)}
          >
            ›
          </button>{' '}
          <ShownLine line={line} topology={topology} onPut={onPut} />
          {SOURCE_WORDS[source] === '' ? null : <span className="console-source">{SOURCE_WORDS[source]}</span>}
        </p>
      )}
      {running ? (
        <p className="console-waiting" aria-live="off">
          … waiting
        </p>
      ) : null}
      {results.map((result, i) =>
        source === 'page' ? (
          <p key={result.text} className="console-note">
            {result.text}
          </p>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the results of an entry are written once and never move
          <Result key={i} result={result} topology={topology} onPut={onPut} />
        ),
      )}
    </div>
  );
});

interface ResultProps {
  readonly result: ConsoleResult;
  readonly topology: Topology | undefined;
  readonly onPut: PutLine;
}

function Result({ result: { ok, text, keys, moments, corrections, caution }, topology, onPut }: ResultProps) {
  const grammar = useGrammar();
  const mentions = useMemo(
    () => topology && grammar?.mentionsInReply(text, keys ?? [], topology, moments),
    [grammar, text, keys, moments, topology],
  );
  return (
    <>
      <p className={ok ? 'console-result' : 'console-result console-bad'}>
        {ok ? '' : '✕ '}
        {caution === undefined ? null : <span className="console-caution">⚠ {caution}</span>}
        <TextWithNames text={text} mentions={mentions} onPut={onPut} />
      </p>
      {corrections?.map((line) => (
        <button
          key={line}
          type="button"
          className="console-correction"
          data-name
          tabIndex={-1}
          title="Put this correction into the command line"
          onClick={() => onPut(line)}
        >
          {shortened(line)}
        </button>
      ))}
    </>
  );
}

interface LineProps {
  readonly line: string;
  readonly topology: Topology | undefined;
  readonly onPut: PutLine;
}

function ShownLine({ line, topology, onPut }: LineProps) {
  const isShort = line.length <= LINE_SHOWN_MAX;
  const grammar = useGrammar();
  const mentions = useMemo(
    () => (isShort ? topology && grammar?.mentionsInLine(line, topology) : undefined),
    [grammar, isShort, line, topology],
  );
  return isShort ? <TextWithNames text={line} mentions={mentions} onPut={onPut} /> : shortened(line);
}

/** A line of a megabyte would hold up the page each time it is drawn. */
function shortened(line: string): string {
  if (line.length <= LINE_SHOWN_MAX) return line;
  return `${line.slice(0, LINE_SHOWN_MAX)}… (${line.length} characters)`;
}
