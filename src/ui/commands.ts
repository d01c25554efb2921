import { NotFetched } from '../console/fetched.ts';
import type { CommandResult } from '../console/result.ts';
import { formatSeconds } from './format.ts';
import type { AppStore } from './store/app-store.ts';
import { addEntry, type ConsoleEntry, finishEntry } from './store/console-log.ts';

/** Runs one line (several commands with `;`) against the cluster; never rejects for a bad line. main.tsx makes it from the command registry. */
export type LineRunner = (line: string) => Promise<readonly CommandResult[]>;

/** The only way to act: whatever runs through here stands in the console, with what came of it. */
export interface Commands {
  run(line: string, source: Exclude<ConsoleEntry['source'], 'page'>): Promise<readonly CommandResult[]>;
  /** What the page itself has to say about lines that ran. */
  note(text: string): void;
}

/** @param comeBack brings the present back onto the screen */
export function createCommands(
  store: AppStore,
  runLine: LineRunner,
  comeBack: () => Promise<unknown> = async () => undefined,
): Commands {
  let nextId = 1;
  const note = (text: string): void => {
    const entry = { id: nextId++, line: '', source: 'page', results: [{ ok: true, text }], running: false } as const;
    store.setState((state) => ({ console: addEntry(state.console, entry) }));
  };
  return {
    async run(line, source) {
      if (source === 'button' && store.getState().past !== undefined && !ALSO_FROM_PAST.test(line)) {
        await comeBack();
        note(
          `That button was drawn of the past: ${line} was not given. This is now; press it again if it still holds.`,
        );
        return [];
      }
      const id = nextId++;
      store.setState((state) => ({
        console: addEntry(state.console, { id, line, source, results: [], running: true }),
        waitingLine: source === 'script' ? state.waitingLine : undefined,
      }));
      const results = await runLine(line).catch((error: unknown): readonly CommandResult[] => [unexpected(error)]);
      const shown = results.map(({ ok, text, corrections, keys, moments, caution }) => ({
        ok,
        text,
        corrections,
        keys,
        moments,
        caution,
      }));
      store.setState((state) => ({ console: finishEntry(state.console, id, shown) }));
      const { past, transport } = store.getState();
      if (past !== undefined && OF_NOW.test(line))
        note(`This is of now, ${formatSeconds(transport.timeUs)} s, not of the moment shown.`);
      return results;
    },
    note,
  };
}

/** What says the same whatever is drawn. All else a button offers because of what its picture shows, and the past's may be long over. */
const ALSO_FROM_PAST =
  /^(?:STEP$|(?:PAUSE|PLAY|RUN|SPEED|EVENTS|BREAKPOINTS|CONSISTENCY|LOOK|WHY|EXPLAIN|RING|STATUS|HELP|SAVE|LOAD|RESET|SEED)\b)/i;

/** What nodes are asked for is always of now. */
const OF_NOW = /^\s*(?:STATUS|LOG|SST|EVENTS|EXPLAIN|WHY|RING|CONFIG)\b/i;

/** A failure that no command foresaw, still said in three parts: what, where, what to do. */
function unexpected(error: unknown): CommandResult {
  const what = error instanceof Error ? error.message : String(error);
  if (error instanceof NotFetched)
    return {
      ok: false,
      code: 'NotFetched',
      text: `What reads commands could not be fetched: ${what}. The cluster runs on; with the network back, reload the page.`,
    };
  return {
    ok: false,
    code: 'Internal',
    text: `The page could not carry this out: ${what}. STATUS shows what still runs; reloading the page starts the nodes again from their disks.`,
  };
}
