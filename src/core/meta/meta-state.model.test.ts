import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { applyMeta } from './apply.ts';
import { decodeMetaCommand, encodeMetaCommand } from './command-codec.ts';
import { foundMeta } from './found-meta.ts';
import type { MetaState } from './meta-state.ts';
import { decodeMetaState, encodeMetaState } from './state-codec.ts';
import { MetaHistory } from './testing/meta-history.ts';
import { commandOf, draws } from './testing/random-command.ts';

const found = (nodes: number, shards: number): MetaState =>
  foundMeta({
    nodes: Array.from({ length: nodes }, (_, i) => nodeId(i + 1)),
    vnodes: 8,
    shards,
    replicationFactor: 3,
  });

const clusters = fc.record({ nodes: fc.integer({ min: 1, max: 7 }), shards: fc.constantFrom(1, 3, 8) });

test('any sequence of commands keeps the invariants', () => {
  const seen = { refusals: new Set<string>(), stages: new Set<string>(), applied: 0 };
  fc.assert(
    fc.property(
      clusters,
      fc.array(draws, { minLength: 30, maxLength: 150, size: 'max' }),
      ({ nodes, shards }, commands) => {
        const history = new MetaHistory(found(nodes, shards));
        for (const draw of commands) {
          history.apply(commandOf(history.state, draw));
          for (const { move } of history.state.groups) if (move !== undefined) seen.stages.add(move.stage);
        }
        for (const code of history.refusals.keys()) seen.refusals.add(code);
        seen.applied += history.applied;
      },
    ),
    { numRuns: 200, seed: 20261123 },
  );
  // What never happened was not tested.
  expect([...seen.stages].sort()).toEqual(['catchUp', 'joint', 'learner', 'leave', 'rollBack', 'transfer']);
  expect(seen.refusals.size).toBeGreaterThanOrEqual(15);
  expect(seen.applied).toBeGreaterThan(3000);
});

test('whoever starts from a snapshot, and reads the commands from a log, comes to the same state', () => {
  fc.assert(
    fc.property(
      clusters,
      fc.array(draws, { maxLength: 80, size: 'max' }),
      fc.nat(80),
      ({ nodes, shards }, commands, snapshotAt) => {
        let lived = found(nodes, shards);
        let restored = lived;
        commands.forEach((draw, at) => {
          if (at === snapshotAt) restored = decodeMetaState(encodeMetaState(lived));
          const command = commandOf(lived, draw);
          const read = decodeMetaCommand(encodeMetaCommand(command));
          expect(read).toEqual(command);
          const [a, b] = [applyMeta(lived, command), applyMeta(restored, read)];
          expect(b.refusal).toEqual(a.refusal);
          lived = a.state;
          restored = b.state;
        });
        expect(restored).toEqual(lived);
        expect(encodeMetaState(restored)).toEqual(encodeMetaState(lived));
        expect(decodeMetaState(encodeMetaState(lived))).toEqual(lived);
      },
    ),
    { numRuns: 100 },
  );
});
