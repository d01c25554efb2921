import type { Speed } from '../../console/cluster.ts';

/** From slow to fast, on a log scale. */
export const SPEED_STEPS: readonly (number | 'max')[] = [
  1 / 400,
  1 / 200,
  1 / 100,
  1 / 40,
  1 / 20,
  1 / 10,
  1 / 4,
  1 / 2,
  1,
  2,
  5,
  10,
  'max',
];

/** The step that comes nearest on the scale. */
export function nearestStep(speed: number | 'max'): number {
  if (speed === 'max') return SPEED_STEPS.length - 1;
  let nearest = 0;
  SPEED_STEPS.forEach((step, i) => {
    if (step !== 'max' && distance(step, speed) < distance(SPEED_STEPS[nearest] as number, speed)) nearest = i;
  });
  return nearest;
}

const distance = (a: number, b: number): number => Math.abs(Math.log(a / b));

/** What a speed does to the eye: `a message takes 0.4 s`. @param delayUs the network's latency in virtual time */
export function effectOf(speed: Exclude<Speed, 'auto'>, delayUs: number): string {
  if (speed === 'max') return 'as fast as it can';
  const ms = delayUs / 1000 / speed;
  if (ms < 1) return 'a message takes < 1 ms';
  return `a message takes ${ms < 100 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toPrecision(2))} s`}`;
}
