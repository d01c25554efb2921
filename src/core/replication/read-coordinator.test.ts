import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { ReadCoordinator, type ReadEffect, type ReadOptions } from './read-coordinator.ts';
import { NO_ROW, type Row } from './row.ts';

const ids = (...all: number[]) => all.map(nodeId);
const ask = (to: number, home = to) => ({ to: nodeId(to), home: nodeId(home) });
const nobody = (): boolean => false;
const coordinator = (options: Partial<ReadOptions> = {}) =>
  new ReadCoordinator({
    homes: ids(1, 2, 3),
    fallbacks: ids(4, 5),
    isSloppy: false,
    r: 2,
    conflicts: 'lww',
    ...options,
  });
const row = (wallUs: number): Row => [
  {
    stamp: { wallUs, logical: 0, node: nodeId(1) },
    value: Uint8Array.of(wallUs),
    deadlineUs: undefined,
    clock: undefined,
  },
];
const asked = (effects: readonly ReadEffect[]) =>
  effects.flatMap((each) => (each.type === 'Ask' ? [ask(each.to, each.home)] : []));
const rest = (effects: readonly ReadEffect[]) => effects.filter(({ type }) => type !== 'Ask');
const ok = (merged: Row, ...answers: ReturnType<typeof ask>[]) => ({
  type: 'Answer',
  outcome: { status: 'ok', row: merged, answers },
});
const repair = (to: number, merged: Row) => ({ type: 'Repair', to: nodeId(to), row: merged });

describe('a read', () => {
  test('is answered by R, with what they know together; whoever knew less is repaired afterwards', () => {
    const read = coordinator();
    expect(asked(read.start(nobody))).toEqual([ask(1), ask(2), ask(3)]);
    expect(read.answered(ask(1), row(1))).toEqual([]);
    expect(read.answered(ask(2), row(2))).toEqual([ok(row(2), ask(1), ask(2)), repair(1, row(2))]);
    // Late, and older: it is repaired. Late again: nothing.
    expect(read.answered(ask(3), NO_ROW)).toEqual([repair(3, row(2))]);
    expect(read.answered(ask(3), NO_ROW)).toEqual([]);
    expect(read.repairs).toBe(2);
  });

  test('a late answer that is newer repairs all others', () => {
    const read = coordinator();
    read.start(nobody);
    read.answered(ask(1), row(1));
    expect(read.answered(ask(2), row(1))).toEqual([ok(row(1), ask(1), ask(2))]);
    expect(read.answered(ask(3), row(7))).toEqual([repair(1, row(7)), repair(2, row(7))]);
  });

  test('siblings that only one of them has are shown, and go to all', () => {
    const left = row(1);
    const right = row(2);
    const read = coordinator({ conflicts: 'siblings' });
    read.start(nobody);
    read.answered(ask(1), left);
    const both = [...left, ...right];
    expect(read.answered(ask(2), right)).toEqual([ok(both, ask(1), ask(2)), repair(1, both), repair(2, both)]);
  });

  test('leaves suspected homes out as long as R others are left, and asks them when it takes long', () => {
    const read = coordinator();
    expect(asked(read.start((node) => node === 2))).toEqual([ask(1), ask(3)]);
    expect(asked(read.overdue())).toEqual([ask(2)]);
    expect(asked(coordinator({ r: 3 }).start((node) => node === 2))).toEqual([ask(1), ask(3), ask(2)]);
    const refused = coordinator();
    refused.start((node) => node === 2);
    expect(asked(refused.refused(ask(1)))).toEqual([ask(2)]);
  });

  test('of a sloppy quorum asks for a hint where a home is gone', () => {
    const read = coordinator({ isSloppy: true, r: 3 });
    expect(asked(read.start((node) => node === 3))).toEqual([ask(1), ask(2), ask(3), ask(4, 3)]);
    read.answered(ask(1), NO_ROW);
    read.answered(ask(2), NO_ROW);
    // A fallback's hint is its own business and not repaired.
    expect(rest(read.answered(ask(4, 3), row(3)))).toEqual([
      ok(row(3), ask(1), ask(2), ask(4, 3)),
      repair(1, row(3)),
      repair(2, row(3)),
    ]);
  });

  test('a fallback without a hint counts for nothing: the next one is asked, and with none left it fails', () => {
    const read = coordinator({ isSloppy: true });
    read.start((node) => node !== 1);
    read.answered(ask(1), row(1));
    expect(read.answered(ask(4, 2), NO_ROW)).toEqual([
      { type: 'Ask', ...ask(5, 2) },
      { type: 'Ask', ...ask(3) },
    ]);
    expect(read.answered(ask(5, 2), NO_ROW)).toEqual([]);
    expect(read.refused(ask(2))).toEqual([]);
    expect(read.refused(ask(3))).toMatchObject([{ outcome: { status: 'fail', answers: [ask(1)] } }]);
  });

  test('fails when R cannot be had, at the end or before it', () => {
    const read = coordinator();
    read.start(nobody);
    read.answered(ask(1), row(1));
    const failure = { type: 'Answer', outcome: { status: 'fail', code: 'NotEnoughReplicas', answers: [ask(1)] } };
    expect(read.refused(ask(2))).toEqual([]);
    expect(read.refused(ask(3))).toEqual([failure]);
    expect(read.expired()).toEqual([]);
    const silent = coordinator();
    silent.start(nobody);
    silent.answered(ask(1), row(1));
    expect(silent.expired()).toEqual([failure]);
    expect(coordinator({ r: 4 }).start(nobody)).toMatchObject([{ outcome: { status: 'fail' } }]);
  });
});
