import { COMPARED_KEY, type CompareStep, compareScript } from '../../console/compare-script.ts';
import { shardOfName } from '../../core/cluster/placement.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import type { AppServices } from '../app-context.ts';
import { nodesPresent } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';
import { NEW_PLAY, type WorldsPlay } from './worlds-play.ts';

/** The lines of a play; of one that has not begun, as they would be now. */
export function stepsOf(play: WorldsPlay): readonly CompareStep[] {
  const { key, alone, others } = play;
  return compareScript({
    key,
    alone: nodeName(alone as never),
    others: others.map((n) => nodeName(n as never)),
    before: 'strong',
  });
}

/** Who would be cut off: whoever leads the shard of the key. Undefined: nobody does, or there are too few nodes. */
export function begun({ store }: Pick<AppServices, 'store'>, key: string): WorldsPlay | undefined {
  const state = store.getState();
  const { run, model, transport } = state;
  if (run === undefined) return undefined;
  const alone = leaderOf(model, shardOfName(run.ring, key));
  const others = nodesPresent(state).filter((node) => node !== alone);
  if (alone === 0 || others.length < 2) return undefined;
  return { ...NEW_PLAY, key, alone, others, fromUs: transport.timeUs, runId: run.runId };
}

/** Takes the next step, or all that are left. Each is a line of the console. */
export async function takeSteps(app: Pick<AppServices, 'store' | 'commands'>, all: boolean): Promise<void> {
  const { store, commands } = app;
  const now = store.getState().worlds;
  const runId = store.getState().run?.runId;
  let play = now !== undefined && now.alone !== 0 && now.runId === runId ? now : begun(app, now?.key || COMPARED_KEY);
  if (play === undefined || play.isRunning) return;
  if (play.done >= stepsOf(play).length) return;
  const wasPlaying = store.getState().transport.mode === 'playing';
  const mine = () => store.getState().worlds?.fromUs === play?.fromUs && store.getState().run?.runId === runId;
  store.setState({ worlds: { ...play, isRunning: true } });
  const steps = stepsOf(play);
  do {
    const results = await commands.run(steps[play.done]?.line ?? '', 'button').catch(() => []);
    if (results.length === 0 || !mine()) break;
    play = { ...play, done: play.done + 1 };
    store.setState({ worlds: { ...play, isRunning: all && play.done < steps.length } });
  } while (all && play.done < steps.length);
  if (mine()) store.setState({ worlds: { ...play, isRunning: false } });
  if (wasPlaying && store.getState().transport.mode === 'paused') await commands.run('PLAY', 'button');
}
