import { nodeId } from '../../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../../core/base/random.ts';
import type { Action, TimedAction } from '../../core/cluster/action.ts';
import type { SavedRun } from '../../core/cluster/run.ts';
import { drawConfig } from '../drawn-limits.ts';
import { drawSchedule, FAULTS } from '../schedule.ts';
import { choiceOf, delay, deliver, drop, isMessage, type MessageEvent, WorldByHand } from './world-by-hand.ts';

const SECOND = 1_000_000;

const heldBack = (message: MessageEvent, draw: RandomStream): Action =>
  draw.chance(0.5) ? drop(message) : delay(message, draw.between(1, 400_000));

/**
 * A drawn run with every fault in which somebody chooses at drawn moments: messages, late ones first, and writes under way.
 * @param others taken beside what is drawn, in the order of their times
 */
export function chosenRun(
  seed: number,
  others: readonly TimedAction[] = [],
): { readonly run: SavedRun; readonly taken: Map<string, number> } {
  const draw = createRandomStream(seed, 'chooser', 'test', 0);
  const durationUs = 8 * SECOND;
  const faults = new Set(FAULTS);
  const drawn = drawSchedule({ seed, nodes: 3, durationUs, operationsPerSecond: 10, faults });
  const scheduled = [...drawn, ...others].sort((a, b) => a.timeUs - b.timeUs);
  const hand = new WorldByHand(seed, drawConfig(seed, 3, 8));
  const { world } = hand;
  const taken = new Map<string, number>();
  const count = (name: string): void => {
    taken.set(name, (taken.get(name) ?? 0) + 1);
  };
  for (const { timeUs, action } of scheduled) {
    if (draw.chance(0.3)) {
      hand.run(Math.max(world.nowUs, timeUs - draw.between(0, 30_000)));
      for (let i = draw.between(1, 12); i > 0; i--) {
        const choices = hand.pending().flatMap((event): readonly Action[] => {
          // What will be refused is rare among what is pending: it is offered nearly always.
          const anyway = isMessage(event) && draw.chance(event.obstacle === undefined ? 0.2 : 0.9);
          const held = isMessage(event) && draw.chance(0.2) ? heldBack(event, draw) : undefined;
          const choice = held ?? (anyway ? deliver(event) : choiceOf(event));
          return choice === undefined ? [] : [choice];
        });
        const chosen = draw.chance(0.1)
          ? ({ type: 'CompleteWrite', node: nodeId(draw.between(1, 3)), sequence: draw.between(0, 999) } as const)
          : choices[draw.between(0, choices.length - 1)];
        if (chosen === undefined) break;
        const result = hand.act(chosen);
        count(`${chosen.type} ${result?.type}`);
        if (chosen.type !== 'CompleteWrite' && 'to' in chosen && !/^n/.test(`${chosen.to}`))
          count(`${chosen.type} to a client`);
        if (draw.chance(0.3)) hand.step();
      }
    }
    hand.run(Math.max(world.nowUs, timeUs));
    world.act({ ...world.placeFor(timeUs), action });
  }
  const endUs = Math.max(durationUs, world.placeFor(0).timeUs + 1) + SECOND;
  return { run: hand.saveAt(endUs), taken };
}
