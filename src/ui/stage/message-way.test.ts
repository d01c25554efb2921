import { expect, test } from 'vitest';
import { nodeId } from '../../core/base/ids.ts';
import { wallBefore, wayDone } from './message-way.ts';

const flight = { sentAtUs: 100, deliverAtUs: 200 };
const cutAt = (sinceUs: number) => ({ from: nodeId(1), to: nodeId(2), sinceUs });

test('a message on a cut link comes as far as the wall', () => {
  const wall = wallBefore(flight, cutAt(50), 0.4);
  expect(wall).toBe(0.4);
  expect(wayDone(flight, 120, wall)).toBeCloseTo(0.2);
  expect(wayDone(flight, 190, wall)).toBe(0.4);
});

test('what was past the wall when it rose flies on; what was not is stopped', () => {
  expect(wallBefore(flight, cutAt(150), 0.4)).toBeUndefined();
  expect(wallBefore(flight, cutAt(130), 0.4)).toBe(0.4);
  expect(wayDone(flight, 190, undefined)).toBeCloseTo(0.9);
});

test('without a cut, or without a wall across the link, nothing stops it', () => {
  expect(wallBefore(flight, undefined, 0.4)).toBeUndefined();
  expect(wallBefore(flight, cutAt(50), undefined)).toBeUndefined();
});
