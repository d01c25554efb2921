import { expect, test } from 'vitest';
import { decimalNumber, wholeNumber } from './option-number.ts';

test.each(['', ' ', ' 7', '-0', '+7', '0x10', '1e1', '7.0', '7,5', 'seven', '11', '99999999999999999999'])(
  '"%s" is no whole number from 0 to 10',
  (text) => expect(wholeNumber(text, 0, 10)).toBeUndefined(),
);

test.each(['', ' ', '.5', '5.', '-1', '0x10', '1e1', 'Infinity', '10.01'])('"%s" is no number from 0 to 10', (text) =>
  expect(decimalNumber(text, 0, 10)).toBeUndefined(),
);

test('what is one, and its bounds', () => {
  expect(['0', '7', '007', '10'].map((text) => wholeNumber(text, 0, 10))).toEqual([0, 7, 7, 10]);
  expect(['0', '0.5', '7', '10'].map((text) => decimalNumber(text, 0, 10))).toEqual([0, 0.5, 7, 10]);
  expect(wholeNumber('0', 1, 10)).toBeUndefined();
});
