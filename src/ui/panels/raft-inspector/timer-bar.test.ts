import { expect, test } from 'vitest';
import { timeLeft, timerShown } from './timer-bar.tsx';

test('a timer runs down from its wait to nothing, and no further', () => {
  const timer = { setAtUs: 1_000_000, waitUs: 200_000 };
  expect(timeLeft(timer, 1_000_000)).toEqual({ share: 1, ms: 200 });
  expect(timeLeft(timer, 1_150_000)).toEqual({ share: 0.25, ms: 50 });
  expect(timeLeft(timer, 1_300_000)).toEqual({ share: 0, ms: 0 });
  expect(timeLeft(timer, 900_000)).toEqual({ share: 1, ms: 200 });
});

test('a leader is known by its lease while it lasts, then by its CheckQuorum', () => {
  const timer = { setAtUs: 0, waitUs: 300_000 };
  const lease = { setAtUs: 50_000, waitUs: 100_000 };
  expect(timerShown({ timer, lease }, 149_999)).toEqual({ timer: lease, leased: true });
  expect(timerShown({ timer, lease }, 150_000)).toEqual({ timer, leased: false });
  expect(timerShown({ timer, lease: undefined }, 0)).toEqual({ timer, leased: false });
  expect(timerShown({ timer: undefined, lease: undefined }, 0)).toEqual({ timer: undefined, leased: false });
});
