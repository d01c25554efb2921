import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forgetSizes, keepSizes, keptSizes } from './pane-sizes.ts';

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

test('sizes come back as they were kept, each group its own, until they are forgotten', () => {
  keepSizes('columns', { left: 40, right: 60 });
  keepSizes('left', { stage: 70, console: 30 });
  expect(keptSizes('columns', ['left', 'right'])).toEqual({ left: 40, right: 60 });
  expect(keptSizes('left', ['stage', 'console'])).toEqual({ stage: 70, console: 30 });
  expect(keptSizes('right', ['inspector', 'events'])).toBeUndefined();
  forgetSizes();
  expect(keptSizes('columns', ['left', 'right'])).toBeUndefined();
});

test.each([
  'no JSON',
  'null',
  '[50,50]',
  '{"left":50}',
  '{"left":50,"middle":50}',
  '{"left":50,"right":30,"far":20}',
  '{"left":"50","right":50}',
  '{"left":-10,"right":110}',
  '{"left":10,"right":20}',
])('%s is no set of sizes', (text) => {
  stored.set('ringside.sizes.columns', text);
  expect(keptSizes('columns', ['left', 'right'])).toBeUndefined();
});

test('denied storage is no error', () => {
  vi.stubGlobal('localStorage', undefined);
  const denied = {
    get: () => {
      throw new DOMException('denied', 'SecurityError');
    },
  };
  Object.defineProperty(globalThis, 'localStorage', { ...denied, configurable: true });
  keepSizes('columns', { left: 40, right: 60 });
  expect(keptSizes('columns', ['left', 'right'])).toBeUndefined();
  forgetSizes();
});
