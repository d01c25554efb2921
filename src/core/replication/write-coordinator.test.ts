import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { WriteCoordinator, type WriteEffect, type WriteOptions } from './write-coordinator.ts';

const ids = (...all: number[]) => all.map(nodeId);
const HOMES = ids(1, 2, 3);
const FALLBACKS = ids(4, 5);
const ask = (to: number, home = to) => ({ to: nodeId(to), home: nodeId(home) });
const nobody = (): boolean => false;
const coordinator = (options: Partial<WriteOptions> = {}) =>
  new WriteCoordinator({
    homes: HOMES,
    fallbacks: FALLBACKS,
    isSloppy: true,
    w: 2,
    joiners: [],
    isHeld: false,
    ...options,
  });
const sent = (effects: readonly WriteEffect[]) =>
  effects.flatMap((each) => (each.type === 'Send' ? [ask(each.to, each.home)] : []));
const outcome = (effects: readonly WriteEffect[]) =>
  effects.flatMap((each) => (each.type === 'Answer' ? [each.outcome] : []));

describe('a write', () => {
  test('goes to all homes and is answered by W of them, whose disks have it', () => {
    const write = coordinator();
    expect(sent(write.start(nobody))).toEqual([ask(1), ask(2), ask(3)]);
    // Its own replica is n1: nothing counts before its disk says so.
    expect(outcome(write.acknowledged(ask(3)))).toEqual([]);
    expect(outcome(write.acknowledged(ask(1)))).toEqual([{ status: 'ok', acks: [ask(1), ask(3)] }]);
    expect(write.isOver).toBe(false);
    expect(write.acknowledged(ask(2))).toEqual([]);
    expect(write.isOver).toBe(true);
  });

  test('is answered once, and an acknowledgment counts once', () => {
    const write = coordinator();
    write.start(nobody);
    write.acknowledged(ask(3));
    expect(write.acknowledged(ask(3))).toEqual([]);
    expect(outcome(write.expired())).toEqual([{ status: 'unknown', acks: [ask(3)] }]);
    expect([...write.expired(), ...write.acknowledged(ask(1))]).toEqual([]);
  });

  test('for a suspected home leaves a hint with the next on the ring, and tries the home all the same', () => {
    const write = coordinator();
    expect(sent(write.start((node) => node === 2))).toEqual([ask(1), ask(2), ask(4, 2), ask(3)]);
    write.acknowledged(ask(1));
    expect(outcome(write.acknowledged(ask(4, 2)))).toEqual([{ status: 'ok', acks: [ask(1), ask(4, 2)] }]);
  });

  test('a home and the hint for it count once', () => {
    const write = coordinator();
    write.start((node) => node === 2);
    write.acknowledged(ask(2));
    expect(outcome(write.acknowledged(ask(4, 2)))).toEqual([]);
    expect(outcome(write.acknowledged(ask(3)))).toEqual([{ status: 'ok', acks: [ask(2), ask(3)] }]);
  });

  test('with two of three homes gone has W=2 through a hint; a strict quorum does not', () => {
    const isGone = (node: number): boolean => node > 1;
    const sloppy = coordinator();
    sloppy.start(isGone);
    sloppy.acknowledged(ask(1));
    expect(outcome(sloppy.acknowledged(ask(5, 3)))).toMatchObject([{ status: 'ok' }]);
    const strict = coordinator({ isSloppy: false });
    expect(sent(strict.start(isGone))).toEqual([ask(1), ask(2), ask(3)]);
    expect(strict.acknowledged(ask(1))).toEqual([]);
    expect(strict.overdue()).toEqual([]);
    expect(outcome(strict.expired())).toEqual([{ status: 'unknown', acks: [ask(1)] }]);
  });

  test('asks the next fallback where a home or a fallback refuses, or is silent, W or no W', () => {
    const write = coordinator();
    write.start(nobody);
    expect(sent(write.refused(ask(3), true))).toEqual([ask(4, 3)]);
    expect(sent(write.refused(ask(4, 3), true))).toEqual([ask(5, 3)]);
    expect(write.refused(ask(5, 3), true)).toEqual([]);
    const other = coordinator();
    other.start(nobody);
    other.acknowledged(ask(1));
    expect(outcome(other.acknowledged(ask(2)))).toHaveLength(1);
    expect(sent(other.overdue())).toEqual([ask(4, 3)]);
    other.acknowledged(ask(4, 3));
    expect(other.overdue()).toEqual([]);
  });

  test('has failed only when nobody has it and nobody will', () => {
    const refused = coordinator({ isSloppy: false });
    refused.start(nobody);
    refused.refused(ask(1), true);
    refused.refused(ask(2), true);
    expect(outcome(refused.refused(ask(3), true))).toEqual([{ status: 'fail', code: 'NotEnoughReplicas' }]);
    const silent = coordinator({ isSloppy: false });
    silent.start(nobody);
    silent.refused(ask(1), true);
    silent.refused(ask(2), true);
    expect(outcome(silent.expired())).toEqual([{ status: 'unknown', acks: [] }]);
    const passing = coordinator({ isSloppy: false });
    passing.start(nobody);
    passing.refused(ask(1), false);
    passing.refused(ask(2), true);
    expect(outcome(passing.refused(ask(3), true))).toEqual([{ status: 'unknown', acks: [] }]);
    const oneHasIt = coordinator({ isSloppy: false });
    oneHasIt.start(nobody);
    oneHasIt.acknowledged(ask(1));
    oneHasIt.refused(ask(2), true);
    expect(outcome(oneHasIt.refused(ask(3), true))).toEqual([{ status: 'unknown', acks: [ask(1)] }]);
  });

  test('is sent nowhere when there are fewer homes than W', () => {
    const write = coordinator({ w: 4 });
    expect(write.start(nobody)).toEqual([{ type: 'Answer', outcome: { status: 'fail', code: 'NotEnoughReplicas' } }]);
    expect(write.isOver).toBe(true);
  });

  test('has not failed where its coordinator has applied it already, whoever refuses and however few are homes now', () => {
    const refused = coordinator({ homes: ids(2, 3), isSloppy: false, isHeld: true });
    refused.start(nobody);
    refused.refused(ask(2), true);
    expect(outcome(refused.refused(ask(3), true))).toEqual([{ status: 'unknown', acks: [] }]);
    const few = coordinator({ homes: ids(2), isSloppy: false, isHeld: true });
    expect(sent(few.start(nobody))).toEqual([ask(2)]);
    expect(outcome(few.acknowledged(ask(2)))).toEqual([{ status: 'unknown', acks: [ask(2)] }]);
  });

  test('during a move goes to the joiner too, whose acknowledgment counts for nothing', () => {
    const write = coordinator({ joiners: ids(6), isSloppy: false });
    expect(sent(write.start(nobody))).toEqual([ask(1), ask(2), ask(3), ask(6)]);
    write.acknowledged(ask(1));
    expect(write.acknowledged(ask(6))).toEqual([]);
    write.refused(ask(2), true);
    expect(outcome(write.refused(ask(3), true))).toEqual([{ status: 'unknown', acks: [ask(1)] }]);
    const nowhere = coordinator({ joiners: ids(6), isSloppy: false });
    nowhere.start(nobody);
    for (const home of [1, 2]) nowhere.refused(ask(home), true);
    // The joiner may have it.
    expect(outcome(nowhere.refused(ask(3), true))).toEqual([{ status: 'unknown', acks: [] }]);
  });

  test('is acknowledged exactly when W different disks have it, one for each home', () => {
    const happenings = fc.array(
      fc.record({ kind: fc.constantFrom('acknowledged', 'refused', 'overdue'), at: fc.nat(20) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(happenings, fc.integer({ min: 1, max: 3 }), fc.nat(7), fc.boolean(), (all, w, suspects, isSloppy) => {
        const write = coordinator({ w, isSloppy });
        const open = sent(write.start((node) => ((suspects >> (node - 1)) & 1) === 1));
        const asked = [...open];
        const acked: ReturnType<typeof ask>[] = [];
        const answers = [];
        for (const { kind, at } of all) {
          const effects = [];
          if (kind === 'overdue') effects.push(...write.overdue());
          else {
            const [to] = open.splice(at % Math.max(open.length, 1), 1);
            if (to === undefined) continue;
            if (kind === 'acknowledged') acked.push(to);
            effects.push(...(kind === 'acknowledged' ? write.acknowledged(to) : write.refused(to, true)));
          }
          open.push(...sent(effects));
          asked.push(...sent(effects));
          answers.push(...outcome(effects));
          const homes = new Set(acked.map(({ home }) => home)).size;
          if (homes >= w) expect(answers[0]?.status).toBe('ok');
          else expect(answers[0]?.status).not.toBe('ok');
        }
        expect(answers.length).toBeLessThanOrEqual(1);
        if (answers[0]?.status === 'fail') expect([...acked, ...open]).toEqual([]);
        expect(new Set(asked.map(({ to }) => to)).size, 'nobody is asked twice').toBe(asked.length);
        if (!isSloppy) expect(asked).toHaveLength(3);
      }),
    );
  });
});
