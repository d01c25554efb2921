import { type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useRef } from 'react';
import { firstNodes } from '../../core/cluster/node-list.ts';
import { useApp, useAppState } from '../app-context.ts';
import { CommandLine, type CommandLineHandle } from '../command-line/command-line.tsx';
import { Entry } from '../command-line/console-entry.tsx';
import { clearLog } from '../store/console-log.ts';
import { nodeCount } from '../store/node-count.ts';

/** Entries from the end whose names are buttons: a STATUS of a large cluster has hundreds, and older ones are only read. */
const NAMED_MAX = 100;
const EXAMPLES = ['PUT user:42 ada', 'GET user:42', 'HELP'];

/** The command line: what was run by whom, what came of it, and a line to type the next. */
export function ConsolePanel() {
  const { store } = useApp();
  const sitting = useAppState((state) => state.sitting);
  const commandLine = useRef<CommandLineHandle>(null);
  const put = useCallback((line: string) => commandLine.current?.put(line), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (key.toLowerCase() !== 'l' || !ctrlKey || altKey || metaKey || shiftKey) return;
    event.preventDefault();
    store.setState((state) => ({ console: clearLog(state.console) }));
    commandLine.current?.focus();
  };
  return (
    <section className="panel console" aria-labelledby="console-title" onKeyDown={onKeyDown}>
      <h2 id="console-title" className="sr-only">
        Console
      </h2>
      <Output onPut={put} onLeave={() => commandLine.current?.focus()} />
      {/* A new sitting has typed nothing: the line and its history begin anew. */}
      <CommandLine key={sitting} ref={commandLine} />
    </section>
  );
}

interface OutputProps {
  readonly onPut: (line: string) => void;
  readonly onLeave: () => void;
}

/** One stop for Tab, however many names stand in it: the arrow keys go through them. */
function Output({ onPut, onLeave }: OutputProps) {
  const entries = useAppState((state) => state.console);
  const nodes = useAppState(nodeCount);
  const shards = useAppState((state) => state.run?.config.shards ?? 0);
  const topology = useMemo(() => ({ nodes: firstNodes(nodes), shards }), [nodes, shards]);
  const scroller = useRef<HTMLDivElement>(null);
  const onScroll = useScrollToEnd(scroller, entries);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onLeave();
    else if (!goThroughNames(scroller.current, event)) return;
    event.preventDefault();
  };
  return (
    <div
      className="console-lines"
      role="log"
      aria-label="Console output"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      ref={scroller}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      {entries.length === 0 ? (
        <Examples />
      ) : (
        entries.map((entry, i) => (
          <Entry
            key={entry.id}
            entry={entry}
            topology={i >= entries.length - NAMED_MAX ? topology : undefined}
            onPut={onPut}
          />
        ))
      )}
    </div>
  );
}

function Examples() {
  const { commands } = useApp();
  return (
    <p className="empty">
      Type a command, or click one:{' '}
      {EXAMPLES.map((line) => (
        <button
          key={line}
          type="button"
          className="button button-mono"
          onClick={() => void commands.run(line, 'button')}
        >
          {line}
        </button>
      ))}
    </p>
  );
}

/** The end stays in view, unless a person has scrolled away from it to read; their own next command brings it back. */
function useScrollToEnd(
  scroller: RefObject<HTMLDivElement | null>,
  entries: readonly { readonly id: number; readonly source: string }[],
): () => void {
  const atEnd = useRef(true);
  const newest = useRef(0);
  useEffect(() => {
    const element = scroller.current;
    const last = entries.at(-1);
    const isOwn = last !== undefined && last.id !== newest.current && last.source !== 'script';
    newest.current = last?.id ?? 0;
    if (element !== null && (atEnd.current || isOwn)) element.scrollTo({ top: element.scrollHeight });
  }, [scroller, entries]);
  return () => {
    const element = scroller.current;
    if (element !== null) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
  };
}

const END_PX = 24;

/** From one name to the next; into the names from behind, where the newest are. Whether the key was one of these. */
function goThroughNames(output: HTMLElement | null, { key }: KeyboardEvent): boolean {
  if (output === null || (key !== 'ArrowLeft' && key !== 'ArrowRight')) return false;
  const names = [...output.querySelectorAll<HTMLElement>('[data-name]')];
  const at = names.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? names.length - 1 : at + (key === 'ArrowLeft' ? -1 : 1);
  names[next]?.focus();
  return names.length > 0;
}
