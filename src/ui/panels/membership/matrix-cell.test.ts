import { expect, test } from 'vitest';
import { nodeId } from '../../../core/base/ids.ts';
import type { ArrivalView, ObserverView, SubjectView } from '../../store/membership-view.ts';
import { matrixCell, phiText } from './matrix-cell.ts';
import { phiCurve } from './phi-curve.ts';

const [N1, N2] = [nodeId(1), nodeId(2)];
const SECOND = 1_000_000;
const limits = { phiFormula: 0, phiThreshold: 8 };
const arrival = (timeUs: number, staleUs = 0): ArrivalView => ({
  ...{ timeUs, incarnation: 1, version: 1, from: N2, silentFromUs: timeUs - staleUs },
  ...{ meanUs: SECOND / 4, deviationUs: SECOND / 8 },
});
const view = (state: SubjectView['state'], ...arrivals: readonly ArrivalView[]): ObserverView => ({
  beats: [],
  subjects: new Map([[N2, { state, arrivals }]]),
});
const cell = (seen: ObserverView | undefined, nowUs: number) => {
  const { kind, text } = matrixCell(seen, N1, N2, limits, nowUs);
  return [kind, text];
};

test('a cell says what the observer reported, and φ as it is now', () => {
  expect(cell(view('heard', arrival(0)), SECOND / 4)).toEqual(['calm', '0.4']);
  expect(cell(view('heard', arrival(0)), 3 * SECOND)).toEqual(['uneasy', '5.2']);
  expect(cell(view('suspected', arrival(0)), 5 * SECOND)).toEqual(['suspected', '? 8.7']);
  // Over the threshold and not yet told: the observer looks once a round.
  expect(matrixCell(view('heard', arrival(0)), N1, N2, limits, 5 * SECOND).words).toBe(
    'n1 takes n2 for alive: φ 8.7, past the threshold: n1 looks when its next round begins',
  );
  expect(cell(view('heard', arrival(0)), 5 * SECOND)).toEqual(['uneasy', '8.7']);
  expect(cell(view('heard', arrival(10 * SECOND, 5 * SECOND)), 10 * SECOND)).toEqual(['uneasy', '8.7']);
  expect(cell(view('expired', arrival(0)), 99 * SECOND)).toEqual(['expired', 'gone']);
  expect(cell(view('left'), 0)).toEqual(['left', 'left']);
  expect(cell(view('heard'), 0)).toEqual(['unheard', '…']);
  expect(cell({ beats: [], subjects: new Map() }, 0)).toEqual(['unheard', '…']);
  expect(cell(undefined, 0)).toEqual(['down', '–']);
  expect(matrixCell(undefined, N1, N1, limits, 0).kind).toBe('self');
});

test.each([
  [0, '0.0'],
  [9.94, '9.9'],
  [9.96, '10'],
  [412.3, '412'],
  [1e6, '999+'],
])('φ %d is written %s', (phi, text) => expect(phiText(phi)).toBe(text));

test('a curve rises from each heartbeat to the next, falls with it, and ends now', () => {
  const curve = phiCurve([arrival(0), arrival(SECOND), arrival(2 * SECOND)], limits, SECOND / 2, 3 * SECOND);
  expect(curve[0]).toEqual({ timeUs: SECOND / 2, phi: expect.closeTo(0.869, 3) });
  expect(curve.at(-1)).toEqual({ timeUs: 3 * SECOND, phi: expect.closeTo(1.737, 3) });
  const falls = curve.filter(({ phi }, i) => phi < (curve[i - 1]?.phi ?? 0));
  expect(falls.map(({ timeUs, phi }) => [timeUs, phi])).toEqual([
    [SECOND, 0],
    [2 * SECOND, 0],
  ]);
  expect(curve.every(({ timeUs }, i) => timeUs >= (curve[i - 1]?.timeUs ?? 0))).toBe(true);
});

test('a silence that began long before what is shown is a line across all of it', () => {
  const curve = phiCurve([arrival(0)], limits, 20 * SECOND, 30 * SECOND);
  expect(curve[0]?.timeUs).toBe(20 * SECOND);
  expect(curve[0]?.phi).toBeCloseTo(34.74, 2);
});
