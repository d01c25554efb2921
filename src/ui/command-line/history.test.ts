import { afterEach, expect, test, vi } from 'vitest';
import { decodeHistory, HISTORY_MAX, readHistory, remember, searchHistory, storeLine } from './history.ts';

afterEach(() => vi.unstubAllGlobals());

test('finds what was run, newest first and once', () => {
  const lines = ['PUT a 1', 'GET a', 'KILL n1', 'get b', 'GET a'];
  expect(searchHistory(lines, 'get')).toEqual(['GET a', 'get b']);
  expect(searchHistory(lines, '')).toEqual(['GET a', 'get b', 'KILL n1', 'PUT a 1']);
  expect(searchHistory(lines, 'nothing')).toEqual([]);
});

test('keeps a repeated line once, and the newest ones', () => {
  expect(remember(['a', 'b'], 'b')).toEqual(['a', 'b']);
  expect(remember(['a', 'b'], 'a')).toEqual(['a', 'b', 'a']);
  const many = Array.from({ length: HISTORY_MAX }, (_, i) => `GET ${i}`);
  expect(remember(many, 'new')).toHaveLength(HISTORY_MAX);
  expect(remember(many, 'new').at(-1)).toBe('new');
});

test('takes from the browser only lines', () => {
  expect(decodeHistory('["a",1,null,"b"]')).toEqual(['a', 'b']);
  for (const text of [null, '', 'no json', '{"a":1}', '7']) expect(decodeHistory(text)).toEqual([]);
});

test('stores line behind line, and no megabyte', () => {
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  storeLine('PUT a 1');
  storeLine('GET a');
  storeLine(`PUT big ${'x'.repeat(100_000)}`);
  expect(readHistory()).toEqual(['PUT a 1', 'GET a']);
});

test('a browser that denies storage has no history, and no error', () => {
  const denied = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: denied, setItem: denied });
  storeLine('GET a');
  expect(readHistory()).toEqual([]);
});
