import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../core/base/ids.ts';
import type { LevelView, WalkView } from '../../store/integrity-view.ts';
import { hashWord, pictureWords, treePicture } from './tree-picture.ts';

const words = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => (from + i) * 0x10001);
const ROOT: LevelView = {
  asked: 'root',
  timeUs: 1,
  nodes: [],
  own: [0x5384_0000],
  theirs: [0x09b8_0000],
  differing: [0],
};
const INNER: LevelView = {
  ...{ asked: 'inner', timeUs: 2, nodes: [], own: words(32) },
  ...{ theirs: words(32).map((word, i) => (i === 7 || i === 9 ? word + 1 : word)), differing: [7, 9, 32] },
};
const LEAVES: LevelView = {
  ...{ asked: 'leaves', timeUs: 3, nodes: [7, 9], own: words(64), differing: [7 * 32 + 5, 9 * 32, 1024] },
  theirs: words(64).map((word, i) => (i === 5 || i === 32 ? word + 0x10000 : word)),
};

const walkOf = (levels: readonly LevelView[], isOver = false): WalkView => ({
  ...{ keyspace: 'strong', node: nodeId(2), from: nodeId(1), index: 9, startedUs: 0 },
  ...{ endedUs: isOver ? 9 : undefined, outcome: isOver ? 'walk' : undefined },
  ...{ levels, hashes: 0, keys: 0, bytes: 0, rows: [], differing: 0, equal: 0 },
});

describe('the picture of a walk', () => {
  test('before anything was told, the root is asked for and nothing below it', () => {
    const { root, inner, strips } = treePicture(walkOf([]));
    expect(root.state).toBe('asked');
    expect(new Set(inner.map(({ state }) => state))).toEqual(new Set(['unseen']));
    expect(inner).toHaveLength(33);
    expect(strips).toEqual([]);
  });

  test('where roots are equal, nothing below is ever compared', () => {
    const equal = { ...ROOT, theirs: ROOT.own, differing: [] };
    for (const isOver of [false, true]) {
      const picture = treePicture(walkOf([equal], isOver));
      expect(picture.root.state).toBe('equal');
      expect(picture.inner.every(({ state }) => state === 'unseen')).toBe(true);
      expect(pictureWords(picture)).toBe('root equal; inner nodes never compared');
    }
  });

  test('goes down where nodes differ, and nowhere else', () => {
    expect(treePicture(walkOf([ROOT])).inner.every(({ state }) => state === 'asked')).toBe(true);
    const asked = treePicture(walkOf([ROOT, INNER]));
    expect(asked.inner.flatMap(({ state, number }) => (state === 'differs' ? [number] : []))).toEqual([7, 9, 32]);
    // The node over rows without a token has one leaf, which is not asked for.
    expect(asked.strips.map(({ node }) => node)).toEqual([7, 9]);
    expect(asked.strips.flatMap(({ cells }) => cells).every(({ state }) => state === 'asked')).toBe(true);
    const picture = treePicture(walkOf([ROOT, INNER, LEAVES], true));
    const differing = picture.strips.map(({ cells }) => cells.filter(({ state }) => state === 'differs'));
    expect(differing.map((cells) => cells.map(({ number }) => number))).toEqual([[229], [288]]);
    expect(differing.flat().map((cell) => [hashWord(cell, 'own'), hashWord(cell, 'theirs')])).toEqual([
      ['0005', '0006'],
      ['0020', '0021'],
    ]);
    expect(pictureWords(picture)).toBe(
      'root differs; of 33 inner nodes 7, 9, that of rows without a token differ; 3 of 1025 leaves differ',
    );
  });

  test('what was given up is not waited for', () => {
    const { inner } = treePicture({ ...walkOf([ROOT], true), outcome: 'stopped' });
    expect(inner.every(({ state }) => state === 'unseen')).toBe(true);
  });

  test('two hashes that begin alike are told whole', () => {
    const cell = treePicture(walkOf([ROOT, INNER])).inner[7];
    expect(cell && [hashWord(cell, 'own'), hashWord(cell, 'theirs')]).toEqual(['00070007', '00070008']);
  });
});
