import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgetSizes, keepShare, keptShare } from './pane-sizes.ts';

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
    removeItem: (name: string) => stored.delete(name),
  });
});
afterEach(() => vi.unstubAllGlobals());

test('shares come back as they were kept, each group its own, until they are forgotten', () => {
  keepShare('columns', 0.4);
  keepShare('left', 1);
  expect(keptShare('columns')).toBe(0.4);
  expect(keptShare('left')).toBe(1);
  expect(keptShare('right')).toBeUndefined();
  forgetSizes();
  expect(keptShare('columns')).toBeUndefined();
});

test.each(['', 'half', 'null', '-0.1', '1.1', 'NaN'])('%j is no share', (text) => {
  stored.set('ringside.share.columns', text);
  expect(keptShare('columns')).toBeUndefined();
});

test('denied storage is no error', () => {
  vi.stubGlobal('localStorage', undefined);
  const denied = {
    get: () => {
      throw new DOMException('denied', 'SecurityError');
    },
  };
  Object.defineProperty(globalThis, 'localStorage', { ...denied, configurable: true });
  keepShare('columns', 0.4);
  expect(keptShare('columns')).toBeUndefined();
  forgetSizes();
});
