import { describe, expect, test } from 'vitest';
import { endShowing, type LogExtent, placeAfter, scrolledEnd } from './log-window.ts';

const EXTENT: LogExtent = {
  lanes: [
    { firstIndex: 3, lastIndex: 20 },
    { firstIndex: 0, lastIndex: 0 },
    { firstIndex: 3, lastIndex: 15 },
  ],
  firstIndex: 3,
  lastIndex: 20,
  columns: 5,
};

describe('the window', () => {
  test('scrolls back to the first entries and forward to the tail, which it then follows', () => {
    expect(scrolledEnd(undefined, -4, EXTENT)).toBe(16);
    expect(scrolledEnd(16, -100, EXTENT)).toBe(7);
    expect(scrolledEnd(16, 4, EXTENT)).toBeUndefined();
    expect(scrolledEnd(16, Number.MAX_SAFE_INTEGER, EXTENT)).toBeUndefined();
  });

  test('moves as little as it must to show an entry', () => {
    expect(endShowing(undefined, 18, EXTENT)).toBeUndefined();
    expect(endShowing(undefined, 10, EXTENT)).toBe(14);
    expect(endShowing(10, 8, EXTENT)).toBe(10);
    expect(endShowing(10, 12, EXTENT)).toBe(12);
  });
});

describe('keys', () => {
  const from = { lane: 0, index: 18 };

  test('move along a log and stop at its ends', () => {
    expect(placeAfter('ArrowLeft', from, EXTENT)).toEqual({ lane: 0, index: 17 });
    expect(placeAfter('Home', from, EXTENT)).toEqual({ lane: 0, index: 3 });
    expect(placeAfter('End', from, EXTENT)).toEqual({ lane: 0, index: 20 });
    expect(placeAfter('ArrowRight', { lane: 0, index: 20 }, EXTENT)).toEqual({ lane: 0, index: 20 });
    expect(placeAfter('PageUp', from, EXTENT)).toEqual({ lane: 0, index: 13 });
  });

  test('go to the next log that has entries, to the nearest one it has', () => {
    expect(placeAfter('ArrowDown', from, EXTENT)).toEqual({ lane: 2, index: 15 });
    expect(placeAfter('ArrowUp', { lane: 2, index: 15 }, EXTENT)).toEqual({ lane: 0, index: 15 });
    expect(placeAfter('ArrowDown', { lane: 2, index: 15 }, EXTENT)).toEqual({ lane: 2, index: 15 });
  });

  test('others mean nothing here', () => {
    expect(placeAfter('a', from, EXTENT)).toBeUndefined();
  });
});
