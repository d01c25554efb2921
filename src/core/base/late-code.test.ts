import { expect, test } from 'vitest';
import { LateCode, LateCodeMissing } from './late-code.ts';

test('is loaded at first use and once; where that fails, the next use tries again', () => {
  const code = new LateCode<{ readonly twice: (n: number) => number }>('sums');
  expect(() => code.get()).toThrow('nobody has said where the sums come from');
  let loads = 0;
  code.provide(
    () => {
      loads++;
      if (loads === 1) throw new LateCodeMissing('offline');
      return { twice: (n) => 2 * n };
    },
    () => false,
  );
  expect([loads, code.isThere]).toEqual([0, false]);
  expect(() => code.get()).toThrow(LateCodeMissing);
  expect(code.isThere).toBe(false);
  expect(code.get().twice(4)).toBe(8);
  expect(code.get().twice(5)).toBe(10);
  expect([loads, code.isThere]).toEqual([2, true]);
});
