import type { CommandResult } from '../../console/result.ts';

/** One command in the console with what came of it. */
export interface ConsoleEntry {
  readonly id: number;
  /** Empty where the page speaks of itself. */
  readonly line: string;
  /** `button` and `script` say so beside the command; `page` = no command, a note of the page. */
  readonly source: 'typed' | 'button' | 'script' | 'page';
  /** Empty while it runs. */
  readonly results: readonly ConsoleResult[];
  readonly running: boolean;
}

/** What the console shows of a result. */
export type ConsoleResult = Pick<CommandResult, 'ok' | 'text'> & {
  readonly [K in 'corrections' | 'keys' | 'moments' | 'caution']?: CommandResult[K] | undefined;
};

/** Each is some elements in the page: older ones give way. */
export const CONSOLE_MAX = 500;

export const addEntry = (log: readonly ConsoleEntry[], entry: ConsoleEntry): readonly ConsoleEntry[] =>
  [...log, entry].slice(-CONSOLE_MAX);

export const finishEntry = (
  log: readonly ConsoleEntry[],
  id: number,
  results: ConsoleEntry['results'],
): readonly ConsoleEntry[] => log.map((entry) => (entry.id === id ? { ...entry, results, running: false } : entry));

/** What still runs stays: its answer is to come. */
export const clearLog = (log: readonly ConsoleEntry[]): readonly ConsoleEntry[] => log.filter(({ running }) => running);
