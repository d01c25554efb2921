import { expect, test } from 'vitest';
import { annularSector } from './annular-sector.ts';

test('a quarter from the top to the right: out along the outer arc, back along the inner one', () => {
  expect(annularSector({ inner: 10, outer: 20, from: 0, to: 0.25 })).toBe(
    'M0,-20A20,20,0,0,1,20,0L10,0A10,10,0,0,0,0,-10Z',
  );
});

test('more than half a turn takes the long way round', () => {
  expect(annularSector({ inner: 10, outer: 20, from: 0, to: 0.75 })).toMatch(/^M0,-20A20,20,0,1,1,-20,0L/);
});

test('the whole ring is two circles of two halves each, the inner one drawn backwards', () => {
  expect(annularSector({ inner: 10, outer: 20, from: 0, to: 1 })).toBe(
    'M0,-20A20,20,0,0,1,0,20A20,20,0,0,1,0,-20M0,-10A10,10,0,0,0,0,10A10,10,0,0,0,0,-10Z',
  );
});
