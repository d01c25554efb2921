import { expect, test } from 'vitest';
import { fitting, followedEnd, panned, showing, ticksOf, windowOf, zoomed } from './lane-window.ts';

const extent = { begin: 0, end: 10_000 };
const following = { span: 1000, end: undefined };

test('without an end the window follows the history, with a little room behind it', () => {
  expect(windowOf(following, extent)).toEqual({ from: 9040, to: 10_040 });
  expect(windowOf(following, { ...extent, end: 20_000 })).toEqual({ from: 19_040, to: 20_040 });
});

test('it is moved by shares, stays within the history, and follows again at its end', () => {
  const back = panned(following, -0.5, extent);
  expect(windowOf(back, extent)).toEqual({ from: 8540, to: 9540 });
  expect(windowOf(back, { ...extent, end: 20_000 })).toEqual({ from: 8540, to: 9540 });
  expect(panned(back, 0.5, extent)).toEqual(following);
  expect(windowOf(panned(following, -99, extent), extent)).toEqual({ from: -40, to: 960 });
});

test('closer and farther around a place that stays, no closer than half a millisecond, no farther than all', () => {
  const view = { span: 1000, end: 5000 };
  expect(windowOf(zoomed(view, 0.5, 0.25, extent, 'time'), extent)).toEqual({ from: 4125, to: 4625 });
  expect(zoomed(view, 0.001, 0.5, extent, 'time').span).toBe(500);
  expect(zoomed(view, 0.001, 0.5, extent, 'place').span).toBe(3);
  expect(zoomed(view, 1000, 0.5, extent, 'time').span).toBeCloseTo(10_800);
  expect(zoomed(following, 0.5, 0, extent, 'time')).toEqual({ span: 500, end: undefined });
});

test('what is asked for is shown with room on both sides', () => {
  expect(windowOf(showing(2000, 3000, 'time'), extent)).toEqual({ from: 1895, to: 3245 });
});

test('what is longer than the history is as long as it, and never cuts off what it was set to show', () => {
  expect(fitting({ span: 1e9, end: undefined }, extent)).toEqual({ span: 10_800, end: undefined });
  const view = showing(0, 10_000, 'time');
  expect(windowOf(fitting(view, extent), extent).from).toBeLessThanOrEqual(0);
});

test('numbers stand at round places within the window', () => {
  expect(ticksOf({ from: 130, to: 1100 }, 5)).toEqual([200, 400, 600, 800, 1000]);
  expect(ticksOf({ from: -40, to: 960 }, 4)).toEqual([0, 500]);
});

test('it follows now, and stands still when nothing happens for most of what is in view', () => {
  expect(followedEnd(5000, undefined, 1000)).toBe(5000);
  expect(followedEnd(5000, 4700, 1000)).toBe(5000);
  expect(followedEnd(5000, 3000, 1000)).toBe(3400);
});
