import { describe, expect, test } from 'vitest';
import { type Breaks, NO_BREAKS } from '../base/breaks.ts';
import { nodeId } from '../base/ids.ts';
import { PurgeRound, type PurgeRoundEffect } from './tombstone-gc.ts';

const ids = (...all: number[]) => all.map(nodeId);
const [N1, N2, N3, N4] = ids(1, 2, 3, 4) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
];
const round = (breaks: Breaks = NO_BREAKS) =>
  new PurgeRound({ watermarkUs: 7, epoch: 3, conductor: N1, homes: ids(1, 2, 3), members: ids(1, 2, 3, 4), breaks });
const text = (effects: readonly PurgeRoundEffect[]): string[] =>
  effects.map((effect) =>
    effect.type === 'Sync' ? `Sync ${effect.with} #${effect.exchange}` : `${effect.type} ${effect.to}`,
  );
function fenced() {
  const one = round();
  one.ask();
  return { one, effects: [N1, N2, N3, N4].flatMap((member) => one.fenced(member, 3, 0)) };
}

describe('a round of purging', () => {
  test('fences all, has all hints delivered, compares until each home has all, and only then raises the watermark', () => {
    const one = round();
    expect(text(one.ask())).toEqual(['Fence 1', 'Fence 2', 'Fence 3', 'Fence 4']);
    for (const member of [N1, N2, N3]) expect(one.fenced(member, 3, 0)).toEqual([]);
    expect(one.fenced(N4, 3, 2)).toEqual([]);
    expect(text(one.ask())).toEqual(['Fence 4']);
    expect(text(one.fenced(N4, 3, 0))).toEqual(['Sync 2 #0']);
    expect(text(one.synced(0, 3))).toEqual(['Sync 3 #1']);
    // The last now holds all that there was, and so does the conductor; the others do not yet.
    expect(text(one.synced(1, 3))).toEqual(['Sync 2 #2']);
    // What is heard late of the first exchange with it says nothing of the second.
    expect(one.synced(0, 3)).toEqual([]);
    expect(one.phase).toBe('syncing');
    expect(text(one.synced(2, 3))).toEqual([
      'RaiseWatermark 1',
      'RaiseWatermark 2',
      'RaiseWatermark 3',
      'RaiseWatermark 4',
    ]);
    expect(one.phase).toBe('completed');
  });

  test('waits for whoever does not answer, for ever', () => {
    const one = round();
    for (const member of [N1, N2, N4]) one.fenced(member, 3, 0);
    for (let i = 0; i < 10; i++) expect(text(one.ask())).toEqual(['Fence 3']);
    expect(one.phase).toBe('fencing');
  });

  test('broken on purpose raises the watermark at once, whoever has the tombstones', () => {
    const one = round(new Set(['purge-early']));
    expect(text(one.ask())).toEqual(['RaiseWatermark 1', 'RaiseWatermark 2', 'RaiseWatermark 3', 'RaiseWatermark 4']);
    expect(one.phase).toBe('completed');
  });

  test('asks for a comparison again, and takes none for another', () => {
    const { one, effects } = fenced();
    expect(text(effects)).toEqual(['Sync 2 #0']);
    expect(one.synced(1, 3)).toEqual([]);
    expect(text(one.ask())).toEqual(['Sync 2 #0']);
  });

  test('is void once something moves, whenever it hears of that', () => {
    const early = round();
    expect(early.fenced(N2, 4, 0)).toEqual([]);
    expect(early.phase).toBe('aborted');
    const { one } = fenced();
    expect(one.synced(0, 4)).toEqual([]);
    expect(one.synced(0, 3)).toEqual([]);
    expect([one.phase, one.ask()]).toEqual(['aborted', []]);
    const told = fenced().one;
    told.abort();
    expect(told.synced(0, 3)).toEqual([]);
  });

  test('of a shard with one replica compares nothing', () => {
    const alone = new PurgeRound({
      watermarkUs: 7,
      epoch: 1,
      conductor: N1,
      homes: [N1],
      members: [N1],
      breaks: NO_BREAKS,
    });
    expect(text(alone.fenced(N1, 1, 0))).toEqual(['RaiseWatermark 1']);
  });
});
