import { expect, test } from 'vitest';
import { createRandomStream } from '../../core/base/random.ts';
import { fnv64, Latest, SCRAMBLED_ZETAN, ScrambledZipfian, Zipfian, zeta } from './zipfian.ts';

const DRAWS = 200_000;
const stream = createRandomStream(1, 'zipfian', 'test', 0);
const uniform = (): number => stream.uint32() / 4294967296;

function shares(draw: () => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < DRAWS; i++) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1 / DRAWS);
  }
  return counts;
}

test('the first ranks have the shares of the distribution', () => {
  const zipfian = new Zipfian(1000);
  const drawn = shares(() => zipfian.rank(uniform()));
  expect(drawn.get(0)).toBeCloseTo(1 / zeta(1000), 2);
  expect(drawn.get(1)).toBeCloseTo(0.5 ** 0.99 / zeta(1000), 2);
  expect(Math.min(...drawn.keys())).toBe(0);
  expect(Math.max(...drawn.keys())).toBeLessThan(1000);
  expect(zipfian.rank(0)).toBe(0);
  expect(zipfian.rank(1 - 2 ** -32)).toBe(999);
});

test('the zeta of ten thousand million items is the one that YCSB has', () => {
  const summed = 1_000_000;
  const items = 1e10;
  // Euler–Maclaurin for what is not summed.
  const rest = (items ** 0.01 - summed ** 0.01) / 0.01 + (items ** -0.99 - summed ** -0.99) / 2;
  expect(zeta(summed) + rest).toBeCloseTo(SCRAMBLED_ZETAN, 8);
});

test('hashes are those of YCSB: its first two keys are known to many', () => {
  expect(fnv64(0)).toBe(6284781860667377211n);
  expect(fnv64(1)).toBe(8517097267634966620n);
});

test('the most frequent scrambled record is where the hash puts it', () => {
  const scrambled = new ScrambledZipfian(1000);
  const drawn = shares(() => scrambled.record(uniform()));
  const [most] = [...drawn].sort((a, b) => b[1] - a[1])[0] as [number, number];
  expect(most).toBe(Number(6284781860667377211n % 1000n));
});

test('the newest record is the most frequent, also when it has just come', () => {
  const latest = new Latest(100);
  for (let i = 0; i < 900; i++) expect(latest.insert()).toBe(100 + i);
  expect(shares(() => latest.record(uniform())).get(999)).toBeCloseTo(1 / zeta(1000), 2);
});
