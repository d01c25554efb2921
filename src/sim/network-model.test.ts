import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ActorId, FIRST_CLIENT, nodeId } from '../core/base/ids.ts';
import { LATENCY_US_MIN, NetworkModel, noTraffic } from './network-model.ts';

const [N1, N2, N3]: readonly ActorId[] = [nodeId(1), nodeId(2), nodeId(3)] as const;
const PLAIN = { delayUs: 10_000, jitterUs: 2000, drop: 0, duplicate: 0, reorder: 0 };
const [A, B, C] = [N1 as ActorId, N2 as ActorId, N3 as ActorId];

const many = (network: NetworkModel, from: ActorId, to: ActorId, count = 2000) =>
  Array.from({ length: count }, () => network.route(from, to, 0));

describe('latency', () => {
  test('no message is faster than latencyUsMin promises, and none than 100 µs, whatever the links are set to', () => {
    const duration = fc.integer({ min: 0, max: 30_000 });
    const settings = fc.record({ delayUs: duration, jitterUs: duration, reorder: fc.constantFrom(0, 0.5) });
    fc.assert(
      fc.property(fc.nat(), settings, fc.option(settings), settings, (seed, first, link, defaults) => {
        const network = new NetworkModel({ ...PLAIN, ...first, duplicate: 0.3 }, seed, 0);
        if (link !== null) network.setLink(A, B, link);
        network.setDefaults(defaults);
        const routes = [...many(network, A, B, 50), ...many(network, B, A, 50)].flat();
        expect(network.latencyUsMin).toBeGreaterThanOrEqual(LATENCY_US_MIN);
        for (const us of routes) expect(us).toBeGreaterThanOrEqual(network.latencyUsMin);
      }),
    );
  });

  test('delay ± jitter, and later when reordered', () => {
    const plain = many(new NetworkModel(PLAIN, 1, 0), A, B).flat();
    expect(Math.min(...plain)).toBeLessThan(8100);
    expect(Math.max(...plain)).toBeGreaterThan(11_900);
    expect(plain.every((us) => us >= 8000 && us <= 12_000)).toBe(true);
    const reordered = many(new NetworkModel({ ...PLAIN, reorder: 0.5 }, 1, 0), A, B).flat();
    const late = reordered.filter((us) => us > 12_000).length;
    expect(late).toBeGreaterThan(700);
    expect(late).toBeLessThan(1100);
    expect(Math.max(...reordered)).toBeLessThanOrEqual(42_000);
  });
});

describe('loss and duplication', () => {
  test('come as often as they are set', () => {
    const lossy = many(new NetworkModel({ ...PLAIN, drop: 0.25 }, 1, 0), A, B);
    expect(lossy.filter((copies) => copies.length === 0).length / 2000).toBeCloseTo(0.25, 1);
    const doubled = many(new NetworkModel({ ...PLAIN, duplicate: 0.25 }, 1, 0), A, B);
    expect(doubled.filter((copies) => copies.length === 2).length / 2000).toBeCloseTo(0.25, 1);
    expect(many(new NetworkModel(PLAIN, 1, 0), A, B).every((copies) => copies.length === 1)).toBe(true);
  });

  test('nothing is duplicated to or from a client', () => {
    const network = new NetworkModel({ ...PLAIN, duplicate: 1 }, 1, 0);
    expect(network.route(A, B, 0)).toHaveLength(2);
    for (const copies of [...many(network, FIRST_CLIENT, A), ...many(network, A, FIRST_CLIENT)])
      expect(copies).toHaveLength(1);
  });
});

describe('randomness', () => {
  test("a link's messages fare the same whatever other links carry in between", () => {
    const config = { ...PLAIN, drop: 0.2, duplicate: 0.2, reorder: 0.2 };
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.constantFrom([A, B], [B, A], [A, C], [C, B]), { maxLength: 60 }),
        (seed, sends) => {
          const mixed = new NetworkModel(config, seed, 0);
          const alone = new NetworkModel(config, seed, 0);
          const seen = sends.map(([from, to]) => ({
            from,
            to,
            copies: mixed.route(from as ActorId, to as ActorId, 0),
          }));
          const ofLink = seen.filter(({ from, to }) => from === A && to === B);
          for (const { copies } of ofLink) expect(alone.route(A, B, 0)).toEqual(copies);
        },
      ),
    );
  });

  test('directions, seeds and boots of the page have streams of their own', () => {
    const draws = [new NetworkModel(PLAIN, 1, 0), new NetworkModel(PLAIN, 2, 0), new NetworkModel(PLAIN, 1, 1)].map(
      (network) => many(network, A, B, 20).join(),
    );
    draws.push(many(new NetworkModel(PLAIN, 1, 0), B, A, 20).join());
    expect(new Set(draws).size).toBe(4);
  });
});

describe('cuts and settings', () => {
  test('a cut has one direction', () => {
    const network = new NetworkModel(PLAIN, 1, 0);
    network.cut(A, B);
    expect([network.isCut(A, B), network.isCut(B, A), network.isCut(A, C)]).toEqual([true, false, false]);
  });

  test('heal takes back cuts and settings of the links that are meant, and names them in order', () => {
    const network = new NetworkModel(PLAIN, 1, 0);
    network.cut(B, C);
    network.cut(A, B);
    network.setLink(C, A, { delayUs: 500 });
    expect(network.latencyUsMin).toBe(100);
    expect(network.heal((from, to) => from === A || to === A)).toEqual([
      [A, B],
      [C, A],
    ]);
    expect(network.settings(C, A)).toEqual(PLAIN);
    expect(network.latencyUsMin).toBe(8000);
    expect([network.isCut(A, B), network.isCut(B, C)]).toEqual([false, true]);
    expect(network.heal(() => true)).toEqual([[B, C]]);
    expect(network.heal(() => true)).toEqual([]);
  });

  test('a link keeps what it is not told to change', () => {
    const network = new NetworkModel(PLAIN, 1, 0);
    network.setLink(A, B, { drop: 1 });
    network.setLink(A, B, { delayUs: 99 });
    expect(network.settings(A, B)).toEqual({ ...PLAIN, drop: 1, delayUs: 99 });
    expect(network.settings(B, A)).toEqual(PLAIN);
    expect(network.route(A, B, 0)).toEqual([]);
    network.setDefaults({ jitterUs: 0 });
    expect(network.defaultSettings).toEqual({ ...PLAIN, jitterUs: 0 });
    expect(network.route(B, A, 5)).toEqual([10_005]);
  });
});

test('what is sent twice and what is overtaken is counted, per link', () => {
  const traffic = noTraffic();
  const network = new NetworkModel({ ...PLAIN, duplicate: 0.3, reorder: 0.5 }, 1, 0, traffic);
  let twice = 0;
  let overtaken = 0;
  let lastUs = 0;
  for (let nowUs = 0; nowUs < 2_000_000; nowUs += 1000) {
    const [first = 0, ...copies] = network.route(A, B, nowUs);
    twice += copies.length;
    if (first < lastUs) overtaken++;
    lastUs = Math.max(lastUs, first);
  }
  expect(overtaken).toBeGreaterThan(100);
  expect(traffic).toEqual({ cut: 0, duplicated: twice, reordered: overtaken });
  network.route(C, B, 0);
  expect(traffic.reordered, 'of another link').toBe(overtaken);
});
