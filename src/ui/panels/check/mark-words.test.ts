import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../../core/base/ids.ts';
import type { Action } from '../../../core/cluster/action.ts';
import { markWords } from './mark-words.ts';

const node = nodeId(2);
const taken = (action: Action) => markWords({ timeUs: 1, type: 'ActionTaken', action });

test.each<[Action, string, string]>([
  [{ type: 'Isolate', actor: 'n2' }, 'n2 cut off', 'bad'],
  [{ type: 'Freeze', node }, 'n2 frozen', 'bad'],
  [{ type: 'Thaw', node }, 'n2 goes on', 'good'],
  [{ type: 'Break', name: 'no-readindex', on: true }, 'BREAK no-readindex', 'bad'],
  [{ type: 'Break', name: 'no-readindex', on: false }, 'BREAK no-readindex off', 'good'],
  [{ type: 'Disk', node, fault: { type: 'Ok' } }, 'n2’s disk is well again', 'good'],
  [{ type: 'Disk', node, fault: { type: 'Full' } }, 'n2’s disk is full: it accepts no writes', 'bad'],
  [{ type: 'Heal', actor: undefined }, 'All links healed', 'good'],
  [{ type: 'Transfer', shard: shardId(6), to: node }, 's6 is to be led by n2', 'plain'],
])('%j is %s, %s', (action, text, tone) => {
  expect(taken(action)).toEqual({ text, tone });
});

test('what another event tells is no line of its own, and neither is a start from an empty disk', () => {
  expect(taken({ type: 'Kill', node })).toBeUndefined();
  const started = {
    timeUs: 1,
    type: 'NodeRecovered',
    node,
    recoveryUs: 5,
    logRecords: 0,
    tables: 0,
    tornBytes: 0,
  } as const;
  expect(markWords(started)).toBeUndefined();
  expect(markWords({ ...started, logRecords: 1 })).toEqual({ text: 'n2 is back', tone: 'good' });
});
