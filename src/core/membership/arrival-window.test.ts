import { expect, test } from 'vitest';
import { ArrivalWindow } from './arrival-window.ts';
import { LIMITS, MS } from './testing/gossip-cluster.ts';

/** Heartbeats after these silences. */
function hear(window: ArrivalWindow, silences: readonly number[], size: number): void {
  for (const silence of silences) window.add(window.lastUs + silence * MS, size);
}

test('of the intervals the newest are kept, whichever size the window was before', () => {
  const window = new ArrivalWindow({ ...LIMITS, phiWindow: 3 }, 0);
  hear(window, [100, 200, 300, 400], 3);
  expect(window.meanUs).toBe(300 * MS);
  // Until the next heartbeat it is what was told of it.
  hear(window, [200], 2);
  expect(window.meanUs).toBe(300 * MS);
  hear(window, [100, 300], 4);
  expect(window.meanUs).toBe(250 * MS);
  hear(window, [300], 4);
  expect(window.meanUs).toBe(225 * MS);
});
