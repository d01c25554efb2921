import { type Micros, nodeId } from '../core/base/ids.ts';
import type { RandomStream } from '../core/base/random.ts';
import type { Action, ConfigName, TimedAction } from '../core/cluster/action.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import { drawSpells } from './draw-spells.ts';
import type { ScheduleOptions } from './schedule.ts';

const SECOND = 1_000_000;
/** No link of any profile is as slow by itself, nor set so by another draw. */
const SPIKE_US_MIN: Micros = 150_000;
const SPIKE_US_MAX: Micros = 600_000;

/** The whole network is slow for a moment. */
export const isSpike = (action: Action): boolean =>
  action.type === 'Configure' && action.name === 'link.delay' && action.value >= SPIKE_US_MIN;

/** Messages of all links arrive twice for a while, or overtake each other. */
export const drawDuplication = (options: ScheduleOptions, calmUs: Micros): TimedAction[] =>
  drawSetting(options, calmUs, 'link.dup');
export const drawReordering = (options: ScheduleOptions, calmUs: Micros): TimedAction[] =>
  drawSetting(options, calmUs, 'link.reorder');

function drawSetting(options: ScheduleOptions, calmUs: Micros, name: ConfigName): TimedAction[] {
  return drawSpells(options, calmUs, name, (draw, timeUs, endUs, at) => {
    at(timeUs, { type: 'Configure', name, value: draw.between(5, 50) / 100 });
    at(endUs, { type: 'Configure', name, value: 0 });
  });
}

/** Longer than an election timeout takes, or just within it. */
export function drawSpikes(options: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const normalUs = (options.network ?? CLASSROOM.network).delayUs;
  return drawSpells(options, calmUs, 'spikes', (draw, timeUs, endUs, at) => {
    at(timeUs, { type: 'Configure', name: 'link.delay', value: draw.between(SPIKE_US_MIN, SPIKE_US_MAX) });
    at(Math.min(endUs, timeUs + SECOND), { type: 'Configure', name: 'link.delay', value: normalUs });
  });
}

/** Two halves that reach each other through one node alone. */
export function drawBridges(options: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const { nodes } = options;
  if (nodes < 3) return [];
  return drawSpells(options, calmUs, 'bridges', (draw, timeUs, endUs, at) => {
    const names = shuffled(draw, nodes);
    const bridge = names[0] as string;
    const cut = draw.between(2, nodes - 1);
    at(timeUs, { type: 'Partition', groups: [names.slice(0, cut), [...names.slice(cut), bridge]] });
    for (const a of names.slice(1, cut))
      for (const b of names.slice(cut)) at(endUs, { type: 'HealLink', from: a, to: b, bothWays: true });
  });
}

/** A node that hears the others and is not heard, or the other way round. */
export function drawOneWays(options: ScheduleOptions, calmUs: Micros): TimedAction[] {
  const { nodes } = options;
  return drawSpells(options, calmUs, 'one-way isolations', (draw, timeUs, endUs, at) => {
    const names = shuffled(draw, nodes);
    const [one, ...others] = names as [string, ...string[]];
    const deaf = draw.chance(0.5);
    for (const other of others) {
      const link = deaf ? { from: other, to: one } : { from: one, to: other };
      at(timeUs, { type: 'Cut', ...link, bothWays: false });
      at(endUs, { type: 'HealLink', ...link, bothWays: false });
    }
  });
}

function shuffled(draw: RandomStream, nodes: number): readonly string[] {
  const names = Array.from({ length: nodes }, (_, i) => `n${nodeId(i + 1)}`);
  for (let i = names.length - 1; i > 0; i--) {
    const j = draw.between(0, i);
    [names[i], names[j]] = [names[j] as string, names[i] as string];
  }
  return names;
}
