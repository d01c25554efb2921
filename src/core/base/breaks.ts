/**
 * Rules that somebody may leave out on purpose, to see what each of them is for (BREAK). The code asks for one at the very line where its rule
 * stands; none is left out unless an action of the run says so. What they are: `core/cluster/break.ts`.
 */
export const LIVE_BREAKS = [
  'skip-fsync',
  'commit-by-count',
  'no-prevote',
  'no-checkquorum',
  'lease-without-drift-bound',
  'fixed-timeouts',
  'no-sessions',
  'no-readindex',
  'purge-early',
] as const;
export type LiveBreak = (typeof LIVE_BREAKS)[number];

/** Those in force. Who is given one holds on to it: it changes while the run goes on. */
export type Breaks = ReadonlySet<LiveBreak>;

export const NO_BREAKS: Breaks = new Set();

/** Makes `breaks` hold just these. */
export function putInForce(breaks: Set<LiveBreak>, names: readonly LiveBreak[]): void {
  breaks.clear();
  for (const name of names) breaks.add(name);
}
