import { expect, test } from 'vitest';
import { shareAt, shareByKey } from './split-share.ts';

const LIMITS = { start: 100, size: 1000, min: 200, max: 700 };

test.each([
  [600, 0.5],
  [150, 0.2],
  [-50, 0.2],
  [950, 0.7],
])('the line at %i gives the first pane %f, within the smallest sizes of both', (place, share) => {
  expect(shareAt(place, LIMITS)).toBeCloseTo(share);
});

test('where the smallest sizes leave no choice, nothing is chosen', () => {
  expect(shareAt(600, { ...LIMITS, min: 800 })).toBeUndefined();
  expect(shareAt(0, { start: 0, size: 0, min: 0, max: 0 })).toBeUndefined();
});

test.each([
  ['ArrowLeft', 'row', 0.45],
  ['ArrowRight', 'row', 0.55],
  ['ArrowUp', 'column', 0.45],
  ['ArrowDown', 'column', 0.55],
  ['Home', 'row', 0.2],
  ['End', 'column', 0.7],
  ['ArrowUp', 'row', undefined],
  ['Enter', 'column', undefined],
] as const)('%s in a %s', (key, direction, share) => {
  const found = shareByKey(key, direction, 0.5, LIMITS);
  if (share === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(share);
});

test('a wish that the window does not allow is left from where the line stands', () => {
  expect(shareByKey('ArrowLeft', 'row', 0.95, LIMITS)).toBeCloseTo(0.65);
});
