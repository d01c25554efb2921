import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { applyRow } from './apply-row.ts';
import { isPurgeable, NO_LIMITS, purgeRow, raiseFence, raiseWatermark } from './purge-limits.ts';
import { NO_ROW, type Row } from './row.ts';
import type { Version } from './version.ts';

const version = (wallUs: number, value: number | undefined, deadlineUs?: number): Version => ({
  stamp: { wallUs, logical: 0, node: nodeId(1) },
  value: value === undefined ? undefined : Uint8Array.of(value),
  deadlineUs,
  clock: undefined,
});
const row = (...versions: readonly Version[]): Row => versions;
const PUT_3 = row(version(3, 1));
const DELETE_5 = row(version(5, undefined));
const PUT_9 = row(version(9, 2));
const AT_7 = raiseWatermark(NO_LIMITS, 7);
const apply = (limits: typeof AT_7, held: Row, arrived: Row, isNew = false) =>
  applyRow('lww', limits, held, arrived, isNew ? arrived[0]?.stamp : undefined);

test('what arrives late changes nothing: stamps are compared', () => {
  expect(apply(NO_LIMITS, DELETE_5, PUT_3)).toEqual({ type: 'Applied', row: DELETE_5, isChanged: false });
  expect(apply(NO_LIMITS, PUT_3, DELETE_5)).toEqual({ type: 'Applied', row: DELETE_5, isChanged: true });
  expect(apply(NO_LIMITS, NO_ROW, PUT_3)).toEqual({ type: 'Applied', row: PUT_3, isChanged: true });
});

describe('below the watermark', () => {
  test('nothing is taken that is not here: a purged tombstone may have deleted it', () => {
    expect(apply(AT_7, NO_ROW, PUT_3)).toEqual({ type: 'BelowLimit', limitUs: 7 });
    expect(apply(AT_7, NO_ROW, PUT_9)).toMatchObject({ type: 'Applied', isChanged: true });
  });

  test('what is here may come again', () => {
    expect(apply(AT_7, PUT_3, PUT_3)).toEqual({ type: 'Applied', row: PUT_3, isChanged: false });
    expect(apply(AT_7, PUT_9, PUT_3)).toEqual({ type: 'Applied', row: PUT_9, isChanged: false });
  });

  test('a tombstone that somebody has not purged yet is left out, and no news', () => {
    expect(apply(AT_7, NO_ROW, DELETE_5)).toEqual({ type: 'Applied', row: NO_ROW, isChanged: false });
    expect(applyRow('siblings', AT_7, NO_ROW, row(...DELETE_5, ...PUT_9), undefined)).toMatchObject({ row: PUT_9 });
  });

  test('an expired value that has been dropped elsewhere is no news here', () => {
    const [kept, dropped] = [version(3, 1, 20), version(3, undefined, 20)];
    expect(apply(AT_7, row(kept), row(dropped))).toEqual({ type: 'Applied', row: [dropped], isChanged: true });
    const fenced = raiseFence(NO_LIMITS, 7);
    const arrived = row(dropped, version(9, 2));
    expect(applyRow('siblings', fenced, row(kept), arrived, version(9, 2).stamp)).toMatchObject({ type: 'Applied' });
  });

  test('a new write is refused, although it be a DELETE', () => {
    expect(apply(AT_7, PUT_3, DELETE_5, true)).toEqual({ type: 'BelowLimit', limitUs: 7 });
  });
});

describe('below the fence, while a repair compares', () => {
  const fenced = raiseFence(NO_LIMITS, 7);

  test('no new write is taken, and what is old still moves', () => {
    expect(apply(fenced, NO_ROW, PUT_3, true)).toEqual({ type: 'BelowLimit', limitUs: 7 });
    expect(apply(fenced, NO_ROW, PUT_3)).toMatchObject({ type: 'Applied', isChanged: true });
    expect(apply(fenced, NO_ROW, PUT_9, true)).toMatchObject({ type: 'Applied', isChanged: true });
  });

  test('nor one that brings an older sibling along', () => {
    const both = row(...PUT_3, ...PUT_9);
    const written = version(9, 2).stamp;
    expect(applyRow('siblings', fenced, NO_ROW, both, written)).toEqual({ type: 'BelowLimit', limitUs: 7 });
    expect(applyRow('siblings', fenced, PUT_3, both, written)).toMatchObject({ type: 'Applied', isChanged: true });
  });
});

test('limits only rise', () => {
  expect(raiseFence(AT_7, 5)).toEqual(AT_7);
  expect(raiseWatermark(AT_7, 5)).toEqual(AT_7);
  expect(raiseFence(AT_7, 9)).toEqual({ fenceUs: 9, watermarkUs: 7 });
  expect(raiseWatermark(raiseFence(AT_7, 9), 8)).toEqual({ fenceUs: 9, watermarkUs: 8 });
});

test('what may be purged does not depend on who has dropped an expired value already', () => {
  expect(isPurgeable(version(5, undefined), 6)).toBe(true);
  expect(isPurgeable(version(5, undefined), 5)).toBe(false);
  expect(isPurgeable(version(5, 1), 6)).toBe(false);
  for (const value of [1, undefined]) {
    expect(isPurgeable(version(5, value, 8), 7)).toBe(false);
    expect(isPurgeable(version(5, value, 8), 8)).toBe(true);
  }
  expect(purgeRow(DELETE_5, 7)).toEqual(NO_ROW);
  expect(purgeRow(PUT_3, 7)).toBe(PUT_3);
});
