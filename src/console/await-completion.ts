import type { ActionResult } from '../core/cluster/action.ts';
import type { Cluster, TransportState } from './cluster.ts';

/** An operation that other commands wait for, while time stands and nothing but they may let it go on. `note`: why time stands. */
export interface StillUnderWay {
  readonly type: 'StillUnderWay';
  readonly note: string;
}

/** The result of an action, or that time came to stand at a breakpoint or a broken rule before there was one. */
export async function awaitCompletion(
  cluster: Cluster,
  act: () => Promise<ActionResult>,
): Promise<ActionResult | StillUnderWay> {
  const before = cluster.transport();
  let ended = (): void => undefined;
  const stopped = new Promise<StillUnderWay>((resolve, reject) => {
    ended = cluster.onTransport((state) => {
      if (!hasStopped(before, state)) return;
      // Whatever the same event completed is told before the answer to this.
      cluster.run().then(() => resolve({ type: 'StillUnderWay', note: state.note }), reject);
    });
  });
  try {
    return await Promise.race([act(), stopped]);
  } finally {
    ended();
  }
}

/** By itself: a person who pauses has no note. */
function hasStopped(before: TransportState, { mode, hit, note }: TransportState): boolean {
  if (mode !== 'paused') return false;
  return hit?.count !== before.hit?.count || (before.mode !== 'paused' && note !== '');
}
