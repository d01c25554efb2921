import { afterEach, describe, expect, test, vi } from 'vitest';
import { watchVisibility } from './visibility.ts';

/** What of a document is asked here, in the hands of the test. */
class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
  documentElement = {};
  become(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let measured: ((entries: readonly { readonly isIntersecting: boolean }[]) => void) | undefined;

class FakeObserver {
  constructor(callback: typeof measured) {
    measured = callback;
  }
  observe(): void {}
}

vi.stubGlobal('IntersectionObserver', FakeObserver);
afterEach(() => {
  measured = undefined;
});

function watched(seenIn: 'tab' | 'frame') {
  const page = new FakePage();
  const visibility = watchVisibility(seenIn, page as unknown as Document);
  const told: boolean[] = [];
  return { page, visibility, told, start: () => visibility.watch((visible) => told.push(visible)) };
}

describe('visibility', () => {
  test('a tab is seen while it is in front, wherever the page is scrolled', () => {
    const { page, visibility, told, start } = watched('tab');
    expect(visibility.visible).toBe(true);
    start();
    page.become('hidden');
    page.become('visible');
    expect(told).toEqual([true, false, true]);
    expect(measured).toBeUndefined();
  });

  test('a frame is unseen until somebody has scrolled to it', () => {
    const { visibility, told, start } = watched('frame');
    expect(visibility.visible).toBe(false);
    start();
    measured?.([{ isIntersecting: false }]);
    measured?.([{ isIntersecting: false }, { isIntersecting: true }]);
    measured?.([{ isIntersecting: false }]);
    expect(told).toEqual([false, false, true, false]);
  });

  test('a frame in view of a tab that is not in front is unseen', () => {
    const { page, visibility, start } = watched('frame');
    start();
    measured?.([{ isIntersecting: true }]);
    expect(visibility.visible).toBe(true);
    page.become('hidden');
    expect(visibility.visible).toBe(false);
  });

  test('what changed before anybody watched is told at once', () => {
    const { told, start } = watched('frame');
    measured?.([{ isIntersecting: true }]);
    start();
    expect(told).toEqual([true]);
  });
});
