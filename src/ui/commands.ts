import type { CommandResult } from '../console/result.ts';
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

export function createCommands(store: AppStore, runLine: LineRunner): Commands {
  let nextId = 1;
  return {
    async run(line, source) {
      const id = nextId++;
      store.setState((state) => ({
        console: addEntry(state.console, { id, line, source, results: [], running: true }),
        waitingLine: source === 'script' ? state.waitingLine : undefined,
      }));
      const results = await runLine(line).catch((error: unknown): readonly CommandResult[] => [unexpected(error)]);
      const shown = results.map(({ ok, text, corrections, keys }) => ({ ok, text, corrections, keys }));
      store.setState((state) => ({ console: finishEntry(state.console, id, shown) }));
      return results;
    },
    note(text) {
      const entry = { id: nextId++, line: '', source: 'page', results: [{ ok: true, text }], running: false } as const;
      store.setState((state) => ({ console: addEntry(state.console, entry) }));
    },
  };
}

/** A failure that no command foresaw, still said in three parts: what, where, what to do. */
function unexpected(error: unknown): CommandResult {
  const what = error instanceof Error ? error.message : String(error);
  return {
    ok: false,
    code: 'Internal',
    text: `The page could not carry this out: ${what}. STATUS shows what still runs; reloading the page starts the nodes again from their disks.`,
  };
}
