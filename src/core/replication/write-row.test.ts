import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { NO_ROW } from './row.ts';
import type { Stamp } from './stamp.ts';
import type { VersionVector } from './version-vector.ts';
import { contextAfter, writeRow } from './write-row.ts';

const stamp = (wallUs: number): Stamp => ({ wallUs, logical: 0, node: nodeId(1) });
const life = { node: nodeId(1), continuesFromUs: 0 };

test('the context after a write covers it only where its client has seen what came before it', () => {
  const put = (row: typeof NO_ROW, wallUs: number, context: VersionVector) => {
    const write = { stamp: stamp(wallUs), value: Uint8Array.of(wallUs), deadlineUs: undefined, context };
    const made = writeRow('siblings', row, write, life);
    if (made.type !== 'Row') throw new Error(made.type);
    return { row: made.row, context: contextAfter(made.row, stamp(wallUs), context) };
  };
  const first = put(NO_ROW, 1, []);
  expect(first.context).toEqual([{ actor: stamp(1), counter: 1 }]);
  // Another client, which has not read it: with a context up to 2 its next write would replace both.
  const blind = put(first.row, 2, []);
  expect(blind.context).toEqual([]);
  expect(put(blind.row, 3, blind.context).row).toHaveLength(3);
  expect(put(first.row, 2, first.context).context).toEqual([{ actor: stamp(1), counter: 2 }]);
});
