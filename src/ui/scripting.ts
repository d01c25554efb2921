import type { Cluster } from '../console/cluster.ts';
import { combineResults } from '../console/combine-results.ts';
import type { CommandResult } from '../console/result.ts';

import type { ClusterSnapshot } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { Commands } from './commands.ts';
import { EMPTY_SNAPSHOT, LatestSnapshot } from './latest-snapshot.ts';

/**
 * `window.ringside`: the page for programs. Stable; additions only.
 *
 * ```js
 * await ringside.ready;                                   // the page serves
 * await ringside.run('PUT user:42 ada');                  // { ok: true, text: 'OK  term 1 index 3 · …' }
 * (await ringside.run('GET user:42')).value;              // 'ada'
 * const off = ringside.on('RoleChanged', (e) => …);       // or '*' for every event
 * ringside.snapshot().shards[0].leader;                   // 'n2'
 * ```
 */
export interface Scripting {
  /** Resolves when boot is over: every shard has a leader and a new run its sample data, or five virtual seconds have passed without. Rejects when the page cannot start. */
  readonly ready: Promise<void>;
  /**
   * Runs a line exactly as the console would, and shows it there. Several commands (`;` or lines): their texts joined, the last one's value,
   * the first error's code. Never rejects for what a command answers; waits for the page to open if it has not.
   */
  run(line: string): Promise<ScriptingResult>;
  /**
   * Calls `listener` for every event of this type from now on, in run order; `'*'` = all. The listener gets each event once, up to some 50 ms
   * after it happened; at full speed (SPEED max, LOAD) later, without single messages and syncs, and progress only as far as it came, which a
   * `DetailsOmitted` says first. Returns the function that unsubscribes.
   */
  on(eventName: TraceEvent['type'] | '*', listener: (event: TraceEvent) => void): () => void;
  /**
   * The cluster as last reported: nodes, shards, counters, time and digest. At most some 250 ms old while time runs, exact while it stands and
   * after each `run`. Empty until the page is open.
   */
  snapshot(): ClusterSnapshot;
}

export interface ScriptingResult {
  readonly ok: boolean;
  /** What the console shows. */
  readonly text: string;
  /** GET: the value or null; SCAN: pairs; CAS: whether it swapped; … (src/console/README.md). */
  readonly value?: unknown;
  /** What the answer does not promise: `may be lost` (W=1), `may be stale` (R=1), `replicas differ` (R=3). */
  readonly caution?: string;
  /** A stable error name such as `NotEnoughReplicas`, `OutcomeUnknown`, `UnknownNode`. */
  readonly code?: string;
}

export interface OpenedPage {
  readonly cluster: Cluster;
  readonly commands: Commands;
}

/** `opening` is the page's boot: calls made before it is through wait for it. */
export function createScripting(opening: Promise<OpenedPage>): Scripting {
  let latest: LatestSnapshot | undefined;
  const following = opening.then(({ cluster }) => {
    latest = new LatestSnapshot(cluster);
    return latest;
  });
  const ready = opening.then(({ cluster }) => whenServing(cluster)).then(async () => (await following).refresh());
  // Whoever awaits these sees the failure; whoever does not must not see an unhandled rejection: the page shows the error itself.
  following.catch(() => undefined);
  ready.catch(() => undefined);
  return {
    ready,
    async run(line) {
      const { commands } = await opening;
      const results = await commands.run(String(line), 'script');
      // A cluster that cannot answer has said so in the results; the last snapshot stands.
      await (await following).refresh().catch(() => undefined);
      return plainResult(combineResults(results));
    },
    on(eventName, listener) {
      let stop: (() => void) | undefined;
      let stopped = false;
      const subscribe = ({ cluster }: OpenedPage) => {
        if (stopped) return;
        stop = cluster.onTrace((events) => deliver(events, eventName, listener, () => stopped));
      };
      opening.then(subscribe).catch(() => undefined);
      return () => {
        stopped = true;
        stop?.();
      };
    },
    snapshot: () => latest?.value ?? EMPTY_SNAPSHOT,
  };
}

/** One listener's mistake is reported as an uncaught error of its own, and keeps no other event from being delivered. */
function deliver(
  events: readonly TraceEvent[],
  eventName: string,
  listener: (event: TraceEvent) => void,
  stopped: () => boolean,
): void {
  for (const event of events) {
    if (stopped()) return;
    if (eventName !== '*' && event.type !== eventName) continue;
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function plainResult({ ok, text, value, caution, code }: CommandResult): ScriptingResult {
  return {
    ok,
    text,
    ...(value === undefined ? {} : { value }),
    ...(caution === undefined ? {} : { caution }),
    ...(code === undefined ? {} : { code }),
  };
}

/** Boot and replay are over: the transport has been handed to the person. */
function whenServing(cluster: Cluster): Promise<void> {
  const serving = () => cluster.transport().mode === 'playing' || cluster.transport().mode === 'paused';
  if (serving()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = cluster.onTransport((state) => {
      if (state.mode !== 'playing' && state.mode !== 'paused') return;
      stop();
      resolve();
    });
  });
}
