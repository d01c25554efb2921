import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startFrameLoop } from './frame-loop.ts';

/** Frames asked for and not yet given. */
let asked: Map<number, (wallMs: number) => void>;

beforeEach(() => {
  asked = new Map();
  let next = 1;
  vi.stubGlobal('requestAnimationFrame', (draw: (wallMs: number) => void) => {
    asked.set(next, draw);
    return next++;
  });
  vi.stubGlobal('cancelAnimationFrame', (handle: number) => asked.delete(handle));
});
afterEach(() => vi.unstubAllGlobals());

function giveFrame(wallMs: number): void {
  const draws = [...asked.values()];
  asked.clear();
  for (const draw of draws) draw(wallMs);
}

describe('frame loop', () => {
  test('goes on while something moves and rests when nothing does', () => {
    let moving = true;
    startFrameLoop({ frame: () => moving, nowUs: () => 0 });
    for (let i = 0; i < 3; i++) {
      expect(asked.size).toBe(1);
      giveFrame(i * 16);
    }
    moving = false;
    giveFrame(64);
    expect(asked.size, 'at rest').toBe(0);
  });

  test('a wake is one frame, however many ask for it, and draws the moment shown then', () => {
    let nowUs = 0;
    const drawn: number[] = [];
    const loop = startFrameLoop({ frame: () => false, nowUs: () => nowUs });
    loop.onFrame((at) => drawn.push(at));
    giveFrame(0);
    nowUs = 7;
    loop.wake();
    loop.wake();
    expect(asked.size).toBe(1);
    giveFrame(16);
    expect(drawn).toEqual([0, 7]);
    expect(asked.size).toBe(0);
  });

  test('what changes during a frame is drawn in the next', () => {
    const loop = startFrameLoop({ frame: () => false, nowUs: () => 0 });
    let changes = 1;
    loop.onFrame(() => {
      if (changes-- > 0) loop.wake();
    });
    giveFrame(0);
    expect(asked.size).toBe(1);
    giveFrame(16);
    expect(asked.size).toBe(0);
  });

  test('a new drawing gets its frame although the loop rests, and none after it left or the loop stopped', () => {
    const loop = startFrameLoop({ frame: () => false, nowUs: () => 0 });
    giveFrame(0);
    const draw = vi.fn();
    const leave = loop.onFrame(draw);
    giveFrame(16);
    expect(draw).toHaveBeenCalledTimes(1);
    leave();
    loop.wake();
    giveFrame(32);
    expect(draw).toHaveBeenCalledTimes(1);
    loop.wake();
    loop.stop();
    loop.wake();
    expect(asked.size).toBe(0);
  });
});
