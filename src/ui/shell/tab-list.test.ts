import { expect, test } from 'vitest';
import { nextTab } from './tab-list.tsx';

test.each([
  ['raft', 'ArrowRight', 'path'],
  ['console', 'ArrowRight', 'raft'],
  ['raft', 'ArrowLeft', 'console'],
  ['path', 'Home', 'raft'],
  ['raft', 'End', 'console'],
  ['raft', 'Enter', undefined],
  ['raft', 'ArrowDown', undefined],
] as const)('from %s, %s leads to %s', (selected, key, next) => {
  expect(nextTab(['raft', 'path', 'console'], selected, key)).toBe(next);
});
