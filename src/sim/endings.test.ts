import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { BootEnding, TimedAction } from '../core/cluster/action.ts';
import { Endings } from './endings.ts';

const OPEN = { stepsMax: undefined, transactionsMax: undefined };
const [N1, N2] = [nodeId(1), nodeId(2)];
const ending = (node = N1, boot = 1, transactions = 5): BootEnding => ({ node, boot, transactions });
const died = (timeUs: number, of: BootEnding): TimedAction => ({
  timeUs,
  action: { type: 'Died', node: of.node, reason: 'gone', steps: 70, ending: of },
});
const reload = (timeUs: number, ...endings: BootEnding[]): TimedAction => ({
  timeUs,
  action: { type: 'Reload', endings },
});

test('without deaths and reloads every boot is open', () => {
  expect(new Endings([{ timeUs: 1, action: { type: 'Kill', node: N1 } }]).of(N1, 1, 0)).toEqual(OPEN);
});

test('a death concerns its node, its boot and its segment', () => {
  const endings = new Endings([died(10, ending()), reload(20, ending(N1, 2, 9)), died(30, ending(N2, 3, 1))]);
  expect(endings.of(N1, 1, 0)).toEqual({ stepsMax: 70, transactionsMax: 5 });
  expect(endings.of(N1, 2, 0)).toEqual({ stepsMax: undefined, transactionsMax: 9 });
  expect(endings.of(N2, 3, 1)).toEqual({ stepsMax: 70, transactionsMax: 1 });
  expect(endings.of(N1, 1, 1)).toEqual(OPEN);
});

test('at a reload the last boot ends with what its disk held; one that never opened its disk left nothing', () => {
  const endings = new Endings([reload(20, ending(N1, 3, 8))]);
  expect(endings.of(N1, 2, 0)).toEqual(OPEN);
  expect(endings.of(N1, 3, 0)).toEqual({ stepsMax: undefined, transactionsMax: 8 });
  expect(endings.of(N1, 4, 0)).toEqual({ stepsMax: undefined, transactionsMax: 0 });
  expect(endings.of(N2, 1, 0)).toEqual({ stepsMax: undefined, transactionsMax: 0 });
  expect(endings.of(N1, 4, 1)).toEqual(OPEN);
});
