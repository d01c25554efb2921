import type { CheckReport, SeenOperation } from '../../core/cluster/check-report.ts';

/** Of a run in which no client has asked anything. */
export const NOTHING_CHECKED: CheckReport = {
  verdict: 'nothing',
  keys: [],
  due: 0,
  operations: 0,
  earlier: 0,
  unknown: 0,
  tookMs: 0,
  checked: 0,
  violation: undefined,
  axis: 'time',
  shown: [],
  matching: 0,
  end: 0,
  marks: [],
  reigns: [],
  invariants: [],
  full: false,
};

const BASE: SeenOperation = {
  process: 'a',
  kind: 'read',
  key: 'x',
  written: null,
  expected: null,
  status: 'ok',
  answered: undefined,
  swapped: false,
  invoked: 0,
  completed: 0,
  invokedNs: 0,
  completedNs: 0,
};

/** An operation from millisecond to millisecond, which are its places as well; `Infinity`: its outcome is unknown. */
export const seen = (from: number, to: number, rest: Partial<SeenOperation>): SeenOperation => ({
  ...BASE,
  invoked: from,
  completed: to,
  invokedNs: from * 1e6,
  completedNs: to * 1e6,
  status: to === Number.POSITIVE_INFINITY ? 'unknown' : 'ok',
  ...rest,
});

/** A read that ends before another one begins, and is newer. */
export const STALE_READ: readonly SeenOperation[] = [
  seen(1, 3, { kind: 'write', written: '"1"' }),
  seen(4, 6, { kind: 'write', written: '"2"' }),
  seen(7, 9, { process: 'b', answered: '"1"' }),
];

/** What the checker says of it. */
export const VIOLATED: CheckReport = {
  ...NOTHING_CHECKED,
  verdict: 'not linearizable',
  keys: [
    { key: 'x', verdict: 'not linearizable', operations: 3, unknown: 0, steps: 4, tookMs: 2 },
    { key: 'y', verdict: 'linearizable', operations: 1, unknown: 1, steps: 1, tookMs: 0.4 },
  ],
  operations: 4,
  unknown: 1,
  tookMs: 2.4,
  checked: 2,
  violation: {
    key: 'x',
    failed: STALE_READ[2] as SeenOperation,
    possible: ['"2"'],
    explanation: STALE_READ,
    order: [1, 4],
    stuck: [7],
  },
  shown: STALE_READ,
  matching: 3,
  end: 12_000,
};

/** Of a history in which nothing is wrong. */
export const checkedWell = (key: string): CheckReport => ({
  ...VIOLATED,
  verdict: 'linearizable',
  keys: [{ key, verdict: 'linearizable', operations: 3, unknown: 0, steps: 4, tookMs: 2 }],
  violation: undefined,
});
