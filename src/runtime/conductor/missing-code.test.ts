import { expect, test } from 'vitest';
import { nodeId } from '../../core/base/ids.ts';
import { LateCodeMissing } from '../../core/base/late-code.ts';
import type { Action } from '../../core/cluster/action.ts';
import { LATE_ENGINE } from '../../sim/late-engine.ts';
import { provideLateEngine } from '../../sim/provide-late-engine.ts';
import { missingCodeOf } from './missing-code.ts';

const key = Uint8Array.of(1);
const operate = (operation: Extract<Action, { type: 'Operate' }>['operation']): Action => ({
  type: 'Operate',
  client: 'console',
  operation,
  options: { timeoutUs: 1_000_000, via: undefined },
});
const PLAIN = [operate({ type: 'Get', key }), { type: 'Kill', node: nodeId(1) }] as const;
const NEEDS = [operate({ type: 'Get', key, read: 2 }), { type: 'Flush', node: nodeId(1) }] as const;

test('what needs code that cannot be had is refused with the reason, tried again the next time; what needs none is not held up', () => {
  let online = false;
  provideLateEngine(
    () => {
      if (!online) throw new LateCodeMissing('offline');
      return LATE_ENGINE;
    },
    () => false,
  );
  expect(PLAIN.map((action) => missingCodeOf(action))).toEqual([undefined, undefined]);
  expect(NEEDS.map((action) => missingCodeOf(action))).toEqual(['offline', 'offline']);
  online = true;
  expect(NEEDS.map((action) => missingCodeOf(action))).toEqual([undefined, undefined]);
});
