import { describe, expect, test } from 'vitest';
import { must } from '../core/base/assert.ts';
import { NO_NODE, type NodeId, nodeId } from '../core/base/ids.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import { type GroupRecord, META_GROUP, type Move } from '../core/meta/meta-state.ts';
import { unsettled } from './settled.ts';
import { put, WorldByHand } from './testing/world-by-hand.ts';

const MS = 1000;
const SECOND = 1000 * MS;
const N5 = nodeId(5);

/** Four nodes and one that joins: a shard whose copy on it was found equal just now, and a voter that stays. */
function joining(seed: number) {
  const hand = new WorldByHand(seed, { ...CLASSROOM, nodes: 4, shards: 8 });
  hand.run(3 * SECOND);
  for (let i = 0; i < 20; i++) hand.act(put(`k${i}`));
  hand.act({ type: 'Add' });
  const compared = (shard: number): boolean =>
    hand.seen.some((event) => event.type === 'CopyCompared' && event.shard === shard);
  const isReady = ({ shard, move }: GroupRecord): boolean =>
    shard !== META_GROUP && move?.stage === 'catchUp' && move.to === N5 && move.from !== NO_NODE && compared(shard);
  let group: GroupRecord | undefined;
  for (let i = 0; group === undefined && i < 4000; i++) {
    hand.run(hand.world.nowUs + MS);
    group = hand.world.metaState.groups.find(isReady);
  }
  const { shard, move, report } = must(group, 'n5 gets a replica');
  const { from } = move as Move;
  const staying = must(
    report.configuration.voters.find((node) => node !== from),
    'three voters',
  );
  return { hand, shard, staying };
}

const wipe = (hand: WorldByHand, node: NodeId) => hand.act({ type: 'Wipe', node, force: false });

describe('two disks that are emptied while a replica moves', () => {
  for (const seed of [1, 2])
    for (const gapUs of [MS, 30 * MS])
      test(`seed ${seed}, ${gapUs / MS} ms apart: the second is refused where the voters to come could not do without it`, () => {
        const { hand, shard, staying } = joining(seed);
        expect(wipe(hand, staying)).toMatchObject({ type: 'Applied' });
        hand.run(hand.world.nowUs + gapUs);
        const second = wipe(hand, N5);
        expect(second).toMatchObject({ type: 'Refused', code: 'WouldLoseShard' });
        expect(second).toMatchObject({ text: expect.stringContaining(`s${shard}`) });
        for (let i = 0; i < 40 && (i < 2 || unsettled(hand.world.metaState).length > 0); i++)
          hand.run(hand.world.nowUs + SECOND);
        expect(unsettled(hand.world.metaState)).toEqual([]);
        expect(hand.world.violations).toEqual([]);
      });
});
