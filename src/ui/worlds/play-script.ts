import { COMPARED_KEY, type CompareStep, compareScript } from '../../console/compare-script.ts';
import { shardOfName } from '../../core/cluster/placement.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { AppServices } from '../app-context.ts';
import type { AppState } from '../store/app-store.ts';
import { nodesPresent } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';
import { NEW_PLAY, type WorldsPlay } from './worlds-play.ts';

/** The lines of a play; of one that has not begun, as they would be now. They leave the console in the keyspace in which it is. */
export function stepsOf(
  { run, keyspace }: Pick<AppState, 'run' | 'keyspace'>,
  play: WorldsPlay,
): readonly CompareStep[] {
  const { key, alone, others, near } = play;
  const shard = run === undefined ? '' : shardName(shardOfName(run.ring, key));
  return compareScript({
    ...{ key, shard, before: keyspace },
    ...{ alone: nodeName(alone), others: others.map(nodeName), near: nodeName(near) },
  });
}

/** Who would be cut off: whoever leads the shard of the key. Undefined: nobody does, or there are too few nodes. */
export function begun({ store }: Pick<AppServices, 'store'>, key: string): WorldsPlay | undefined {
  const state = store.getState();
  const { run, model, transport } = state;
  if (run === undefined) return undefined;
  const shard = shardOfName(run.ring, key);
  const alone = leaderOf(model, shard);
  const others = nodesPresent(state).filter((node) => node !== alone);
  const near = run.ring.replicas(shard).find((node) => node !== alone);
  if (alone === 0 || near === undefined || others.length < 2) return undefined;
  return { ...NEW_PLAY, key, alone, others, near, fromUs: transport.timeUs, runId: run.runId };
}

/** Takes the next step, or all that are left. Each is a line of the console. */
export async function takeSteps(app: Pick<AppServices, 'store' | 'commands'>, all: boolean): Promise<void> {
  const { store, commands } = app;
  const now = store.getState().worlds;
  const runId = store.getState().run?.runId;
  let play = now !== undefined && now.alone !== 0 && now.runId === runId ? now : begun(app, now?.key || COMPARED_KEY);
  if (play === undefined || play.isRunning) return;
  // As it is before the first line, each of which chooses both in turn.
  const steps = stepsOf(store.getState(), play);
  if (play.done >= steps.length) return;
  const wasPlaying = store.getState().transport.mode === 'playing';
  const mine = () => store.getState().worlds?.fromUs === play?.fromUs && store.getState().run?.runId === runId;
  store.setState({ worlds: { ...play, isRunning: true } });
  do {
    const results = await commands.run(steps[play.done]?.line ?? '', 'button').catch(() => []);
    if (results.length === 0 || !mine()) break;
    play = { ...play, done: play.done + 1 };
    store.setState({ worlds: { ...play, isRunning: all && play.done < steps.length } });
  } while (all && play.done < steps.length);
  if (mine()) store.setState({ worlds: { ...play, isRunning: false } });
  if (wasPlaying && store.getState().transport.mode === 'paused') await commands.run('PLAY', 'button');
}
