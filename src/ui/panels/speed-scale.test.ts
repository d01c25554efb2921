import { expect, test } from 'vitest';
import { formatSpeed } from '../format.ts';
import { effectOf, nearestStep, SPEED_STEPS } from './speed-scale.ts';

test('the steps rise, each is what SPEED takes and finds back its own place', () => {
  SPEED_STEPS.forEach((speed, i) => {
    expect(nearestStep(speed)).toBe(i);
    expect(formatSpeed(speed)).toMatch(/^(1\/\d+|\d+|max)$/);
    if (i > 0 && speed !== 'max') expect(speed).toBeGreaterThan(SPEED_STEPS[i - 1] as number);
  });
});

test('a speed between two steps belongs to the one that is nearer on a log scale', () => {
  // Between 1/10 and 1/4 the middle is 0.158; a linear scale would say 0.175.
  expect(nearestStep(0.15)).toBe(SPEED_STEPS.indexOf(1 / 10));
  expect(nearestStep(0.165)).toBe(SPEED_STEPS.indexOf(1 / 4));
  expect(nearestStep(1000)).toBe(SPEED_STEPS.indexOf(10));
});

test.each([
  [1 / 40, 10_000, 'a message takes 0.4 s'],
  [1 / 400, 10_000, 'a message takes 4 s'],
  [1, 10_000, 'a message takes 10 ms'],
  [10, 500, 'a message takes < 1 ms'],
  ['max', 10_000, 'as fast as it can'],
] as const)('%s with messages of %i µs: %s', (speed, delayUs, words) => {
  expect(effectOf(speed, delayUs)).toBe(words);
});
