import { expect, test } from 'vitest';
import { arrangementOf, keepsStage } from './arrangement.ts';

test.each([
  [1440, 900, 'wide', true],
  [1024, 768, 'wide', true],
  [900, 560, 'wide', true],
  // 1440 × 900 at 200 % zoom, an embed, a phone on its side.
  [720, 450, 'split', true],
  [640, 400, 'split', true],
  [844, 390, 'split', true],
  [1440, 450, 'split', true],
  [390, 844, 'column', true],
  [320, 640, 'column', false],
  [639, 400, 'column', false],
] as const)('%i × %i is %s; the stage stays in sight: %s', (width, height, arrangement, stage) => {
  expect(arrangementOf({ width, height })).toBe(arrangement);
  expect(keepsStage({ width, height })).toBe(stage);
});
