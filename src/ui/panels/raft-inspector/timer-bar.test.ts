import { expect, test } from 'vitest';
import { timeLeft } from './timer-bar.tsx';

test('a timer runs down from its wait to nothing, and no further', () => {
  const timer = { setAtUs: 1_000_000, waitUs: 200_000 };
  expect(timeLeft(timer, 1_000_000)).toEqual({ share: 1, ms: 200 });
  expect(timeLeft(timer, 1_150_000)).toEqual({ share: 0.25, ms: 50 });
  expect(timeLeft(timer, 1_300_000)).toEqual({ share: 0, ms: 0 });
  expect(timeLeft(timer, 900_000)).toEqual({ share: 1, ms: 200 });
});
