import { describe, expect, test } from 'vitest';
import { STALE_READ, seen, VIOLATED } from '../../../console/testing/fake-check.ts';
import { nodeId } from '../../../core/base/ids.ts';
import type { RunMark, ViolationReport } from '../../../core/cluster/check-report.ts';
import { type LanesInput, layoutLanes } from './lanes-layout.ts';

const NEVER = Number.POSITIVE_INFINITY;
const input: LanesInput = {
  operations: STALE_READ,
  axis: 'time',
  window: { from: 0, to: 10_000 },
  width: 674,
  marks: [],
  reigns: [],
  end: 10_000,
  violation: undefined,
  explained: false,
  named: false,
};
const put = { kind: 'write', written: '"1"' } as const;

describe('layoutLanes', () => {
  test('a lane per client, by name, and a bar from call to answer', () => {
    const { lanes, bars, x } = layoutLanes(input);
    expect(lanes.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(bars.map(({ operation, x: at, width }) => [operation.process, at, at + width])).toEqual([
      ['a', x(1000), x(3000)],
      ['a', x(4000), x(6000)],
      ['b', x(7000), x(9000)],
    ]);
    expect(new Set(bars.slice(0, 2).map(({ y }) => y)).size).toBe(1);
    expect((bars[2]?.y ?? 0) > (bars[0]?.y ?? 0)).toBe(true);
    expect(bars.map(({ asked, answer }) => `${asked} ${answer}`)).toEqual(['PUT 1 ok', 'PUT 2 ok', 'GET 1']);
  });

  test('clients by number, not by letter', () => {
    const operations = ['a 10', 'a 2', 'a'].map((process, i) => seen(i + 1, i + 2, { process }));
    expect(layoutLanes({ ...input, operations }).lanes.map(({ name }) => name)).toEqual(['a', 'a 2', 'a 10']);
  });

  test('what is under way together in one lane stands below each other', () => {
    const operations = [seen(1, 5, { key: 'x' }), seen(2, 4, { key: 'y' }), seen(6, 7, {})];
    const { bars, lanes } = layoutLanes({ ...input, operations });
    expect(bars[1]?.y).toBeGreaterThan(bars[0]?.y ?? 0);
    expect(bars[2]?.y).toBe(bars[0]?.y);
    expect(lanes[0]?.height).toBe(52);
  });

  test('an unknown outcome is open to the right edge, what is under way reaches to now', () => {
    const operations = [seen(1, NEVER, put), seen(2, NEVER, { ...put, process: 'b', underWay: true })];
    const { bars, x } = layoutLanes({ ...input, operations, end: 4000 });
    expect(bars.map(({ open, x: at, width }) => [open, at + width])).toEqual([
      [true, 672],
      [false, x(4000)],
    ]);
    expect(bars.map(({ answer }) => answer)).toEqual(['unknown', 'under way']);
  });

  test('what lies outside the window is left out, what reaches into it is cut', () => {
    const { bars, left } = layoutLanes({ ...input, window: { from: 5000, to: 6500 } });
    expect(bars).toHaveLength(1);
    expect(bars[0]?.x).toBe(left);
    expect(layoutLanes({ ...input, window: { from: 20_000, to: 30_000 } }).lanes).toEqual([]);
  });

  test('the reads of one scan are one bar', () => {
    const operations = ['x', 'y', 'z'].map((key) => seen(1, 5, { key, answered: null }));
    expect(layoutLanes({ ...input, operations }).bars).toMatchObject([{ keys: 3, asked: 'SCAN 3 keys' }]);
    const writes = operations.map((each) => ({ ...each, ...put }));
    expect(layoutLanes({ ...input, operations: writes }).bars).toMatchObject([{ keys: 3, asked: 'BATCH 3 keys' }]);
  });

  test('words stand only where there is room; keys where there are several', () => {
    expect(layoutLanes({ ...input, window: { from: 0, to: 1e6 } }).bars.every(({ asked }) => asked === '')).toBe(true);
    expect(layoutLanes({ ...input, named: true }).bars[0]?.asked).toBe('PUT x 1');
  });

  test('where there is no room in a bar, its words stand beside it: behind it, or else before it, and over no other bar', () => {
    const sides = (window: LanesInput['window']) =>
      layoutLanes({ ...input, window }).bars.map(({ beside }) => beside?.side);
    expect(sides({ from: 0, to: 200_000 })).toEqual([undefined, 'right', 'right']);
    expect(sides({ from: -200_000, to: 10_000 })).toEqual(['left', undefined, 'left']);
    expect(sides(input.window)).toEqual([undefined, undefined, undefined]);
    const [, second, third] = layoutLanes({ ...input, window: { from: 0, to: 200_000 }, named: true }).bars;
    expect([second?.beside?.text, third?.beside?.text]).toEqual(['PUT x 2 ok', 'GET x 1']);
  });

  test('more lanes than can be told apart are counted', () => {
    const operations = Array.from({ length: 30 }, (_, i) => seen(i + 1, i + 2, { process: `p${i}` }));
    const { lanes, lanesHidden } = layoutLanes({ ...input, window: { from: 0, to: 40_000 }, operations });
    expect([lanes.length, lanesHidden]).toEqual([24, 6]);
  });
});

describe('a violation', () => {
  const violation = VIOLATED.violation as ViolationReport;
  const { pins, bars, arrow } = layoutLanes({ ...input, violation, explained: true });

  test('the order that was found is pinned, each pin in its bar and none before the one before', () => {
    expect(pins.map(({ number }) => number)).toEqual([1, 2]);
    expect(pins.map(({ x }) => x)).toEqual([...pins.map(({ x }) => x)].sort((a, b) => a - b));
    for (const [i, { x }] of pins.entries()) {
      const bar = bars[i];
      expect(x).toBeGreaterThanOrEqual(bar?.x ?? 0);
      expect(x).toBeLessThanOrEqual((bar?.x ?? 0) + (bar?.width ?? 0));
    }
    expect(bars.map(({ stuck }) => stuck)).toEqual([false, false, true]);
  });

  test('without its explanation, what fits nowhere is marked all the same', () => {
    const layout = layoutLanes({ ...input, violation });
    expect(layout.bars.map(({ stuck }) => stuck)).toEqual([false, false, true]);
    expect([layout.pins, layout.arrow]).toEqual([[], undefined]);
  });

  test('an arrow goes from what had ended last to what fits nowhere', () => {
    expect(arrow?.x1).toBe((bars[1]?.x ?? 0) + (bars[1]?.width ?? 0));
    expect(arrow?.x2).toBe(bars[2]?.x);
  });

  test.each([
    [
      [1, 9],
      [2, 8],
      [3, 7],
      [3, 1, 2],
    ],
    [
      [1, 9],
      [2, 3],
      [4, 8],
      [1, 2, 4],
    ],
    [
      [1, NEVER],
      [2, 9],
      [3, 4],
      [2, 1, 3],
    ],
  ] as const)('pins stay within bars %j, %j, %j in the order %j', (one, two, three, order) => {
    const operations = [one, two, three].map(([from, to], i) => seen(from, to, { ...put, process: `${i}` }));
    const together = { ...violation, explanation: operations, order, stuck: [] };
    const layout = layoutLanes({ ...input, operations, violation: together, explained: true });
    const at = layout.pins.map(({ x }) => x);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    for (const [i, place] of order.entries()) {
      const bar = layout.bars.find(({ operation }) => operation.invoked === place);
      expect(at[i]).toBeGreaterThanOrEqual(bar?.x ?? 0);
      expect(at[i]).toBeLessThanOrEqual((bar?.x ?? 0) + (bar?.width ?? 0));
    }
  });
});

test('faults are lines, with words where they have room; leaders are bars, two at once below each other', () => {
  const killed = (timeUs: number): RunMark => ({
    timeUs,
    type: 'NodeKilled',
    node: nodeId(1),
    pending: 0,
    lost: 0,
    torn: false,
  });
  const { marks, reigns, x, left } = layoutLanes({
    ...input,
    marks: [killed(2000), killed(2100), killed(2200), killed(9990), killed(11_000)],
    reigns: [
      { node: nodeId(1), term: 2, fromUs: -500, toUs: 6000 },
      { node: nodeId(2), term: 3, fromUs: 4000, toUs: undefined },
      { node: nodeId(3), term: 1, fromUs: -900, toUs: -600 },
    ],
  });
  expect(marks.map(({ x: at, side, text }) => [at, side, text])).toEqual([
    [x(2000), 'right', 'n1 killed'],
    [x(2100), undefined, 'n1 killed'],
    [x(2200), undefined, 'n1 killed'],
    [x(9990), 'left', 'n1 killed'],
  ]);
  const broken: RunMark = {
    timeUs: 2100,
    type: 'InvariantViolated',
    invariant: 'ReadFreshness',
    detail: '',
  };
  const crowded = layoutLanes({ ...input, marks: [killed(1900), killed(2000), broken] });
  expect(crowded.marks.map(({ side }) => side)).toEqual(['left', undefined, 'right']);
  const again = { ...broken, timeUs: 7500 };
  const repeated = layoutLanes({ ...input, marks: [broken, again, killed(7600)] });
  expect(repeated.marks.map(({ side }) => side)).toEqual(['right', 'left', 'right']);
  const close = layoutLanes({ ...input, marks: [broken, { ...again, timeUs: 5000 }, killed(5200)] });
  expect(close.marks.map(({ side }) => side)).toEqual(['right', undefined, 'right']);
  expect(reigns.map(({ reign, x: at }) => [reign.term, at])).toEqual([
    [2, left],
    [3, x(4000)],
  ]);
  expect(reigns[1]?.y).toBeGreaterThan(reigns[0]?.y ?? 0);
  const lines = layoutLanes({ ...input, axis: 'place', marks: [killed(2)] });
  expect(lines.marks).toEqual([]);
});
