import type { Micros, NodeId } from '../../base/ids.ts';
import type { Configuration } from '../../raft/configuration.ts';
import type { RunConfig } from '../run.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';

/** One link of a causal chain: what happened, at the time of the event that says so. */
export interface Sentence {
  readonly timeUs: Micros;
  readonly text: string;
}

/** By time; what is said twice is said once. Of one moment, in the order in which it is given. */
export function inOrder(sentences: readonly Sentence[]): readonly Sentence[] {
  const seen = new Set<string>();
  const once = sentences.filter(({ timeUs, text }) => {
    const key = `${timeUs} ${text}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.sort((a, b) => a.timeUs - b.timeUs);
}

/** What is kept of a run's trace, in run order. */
export interface Evidence {
  readonly events: readonly TraceEvent[];
  /** What was before is not known; 0: all of the run is kept. */
  readonly reachUs: Micros;
  /** Of the shard that is asked about. */
  readonly replicas: readonly NodeId[];
  /** Of the shard, where no event that is kept tells of one. */
  readonly configuration: Configuration;
  /** What links and disks are like that nobody has made worse. */
  readonly usual: Pick<RunConfig, 'network' | 'disk'>;
  readonly nowUs: Micros;
}

/** `n1, n2 and n3`; `nobody`. */
export const namesOf = (nodes: readonly NodeId[]): string => listed(nodes.map(nodeName)) || 'nobody';

/** `a, b and c`; empty: there is none. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Of several sentences, the last one's time; at least `leastUs`. */
export const latest = (sentences: readonly Sentence[], leastUs: Micros): Micros =>
  Math.max(leastUs, ...sentences.map(({ timeUs }) => timeUs));

/** Cut to milliseconds, as the page's clock is. */
export const seconds = (us: Micros): string => `${(Math.floor(us / 1000) / 1000).toFixed(3)} s`;

export const milliseconds = (us: Micros): string =>
  `${us < 10_000 ? (us / 1000).toFixed(1) : Math.round(us / 1000)} ms`;
