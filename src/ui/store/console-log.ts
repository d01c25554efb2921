/** One command in the console with what came of it. */
export interface ConsoleEntry {
  readonly id: number;
  readonly line: string;
  /** `button` and `script` say so beside the command. */
  readonly source: 'typed' | 'button' | 'script';
  /** Empty while it runs. */
  readonly results: readonly { readonly ok: boolean; readonly text: string }[];
  readonly running: boolean;
}

export const CONSOLE_MAX = 200;

export const addEntry = (log: readonly ConsoleEntry[], entry: ConsoleEntry): readonly ConsoleEntry[] =>
  [...log, entry].slice(-CONSOLE_MAX);

export const finishEntry = (
  log: readonly ConsoleEntry[],
  id: number,
  results: ConsoleEntry['results'],
): readonly ConsoleEntry[] => log.map((entry) => (entry.id === id ? { ...entry, results, running: false } : entry));
