import { expect, test } from 'vitest';
import { AssertionError, assert, assertNever, must } from './assert.ts';

test('assert throws its reason', () => {
  expect(() => assert(true, 'fine')).not.toThrow();
  expect(() => assert(false, 'log has a hole')).toThrow(new AssertionError('log has a hole'));
});

test('must lets falsy values through, but not absent ones', () => {
  expect([must(0, 'x'), must('', 'x'), must(false, 'x')]).toEqual([0, '', false]);
  expect(() => must(undefined, 'gone')).toThrow(AssertionError);
  expect(() => must(null, 'gone')).toThrow(AssertionError);
});

test('assertNever names the value', () => {
  expect(() => assertNever({ type: 'Odd' } as never)).toThrow('{"type":"Odd"}');
});
