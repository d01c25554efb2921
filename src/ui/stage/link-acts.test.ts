import { expect, test } from 'vitest';
import { linkActs } from './link-acts.ts';

const WHOLE = { cut: false, set: false };
const lines = (out: Partial<typeof WHOLE>, back: Partial<typeof WHOLE> = {}) =>
  linkActs([
    { from: 'n1', to: 'n2', ...WHOLE, ...out },
    { from: 'n2', to: 'n1', ...WHOLE, ...back },
  ]).map(({ line }) => line);

test('each way is cut or healed by itself; both are healed once anything was done to either', () => {
  expect(lines({})).toEqual(['CUT n1>n2', 'CUT n2>n1', 'CUT n1-n2']);
  expect(lines({ cut: true })).toEqual(['HEAL n1>n2', 'CUT n2>n1', 'HEAL n1-n2']);
  expect(lines({ cut: true }, { cut: true })).toEqual(['HEAL n1>n2', 'HEAL n2>n1', 'HEAL n1-n2']);
  expect(lines({}, { set: true })).toEqual(['CUT n1>n2', 'CUT n2>n1', 'HEAL n1-n2']);
  expect(
    linkActs([
      { from: 'a', to: 'n1', ...WHOLE },
      { from: 'n1', to: 'a', ...WHOLE },
    ])[2]?.text,
  ).toBe('Cut both ways');
});
