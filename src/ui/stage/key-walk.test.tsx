import { describe, expect, test } from 'vitest';
import { nodeId } from '../../core/base/ids.ts';
import { placeOfKey } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { countOf, drawn, runOf, textOf } from '../testing/static-view.tsx';
import { layoutStage } from './geometry.ts';
import { KeyWalk } from './key-walk.tsx';
import { WalkList } from './walk-list.tsx';

const NINE = runOf({ ...CLASSROOM, nodes: 9, shards: 64 });
const key = new TextEncoder().encode('user:42');
const place = placeOfKey(NINE.ring, key);
const nodes = Array.from({ length: 9 }, (_, i) => nodeId(i + 1));

const walkAt = (shown: number, width = 800, height = 560) =>
  drawn(<KeyWalk run={NINE} layout={layoutStage(width, height, nodes, [])} />, { run: NINE, finder: { key, shown } });
const listAt = (shown: number) => drawn(<WalkList keyBytes={key} place={place} shown={shown} />, { run: NINE });

describe('the walk on the ring', () => {
  test('shows a point a step: taken nodes on the list, others struck out', () => {
    for (let shown = 0; shown <= place.walk.length; shown++) {
      const taken = place.walk.slice(0, shown).filter((step) => step.taken).length;
      const html = walkAt(shown);
      expect([countOf(html, 'walk-point'), countOf(html, 'walk-ordinal'), countOf(html, 'walk-struck')]).toEqual([
        shown,
        taken,
        shown - taken,
      ]);
    }
    expect(place.walk.length, 'a point is skipped').toBeGreaterThan(place.replicas.length);
  });

  test('its discs lie inside the picture, and none on another', () => {
    for (const [width, height] of [
      [800, 560],
      [584, 390],
      [390, 500],
    ] as const) {
      const html = walkAt(place.walk.length, width, height);
      const discs = [...html.matchAll(/<circle cx="([\d.-]+)" cy="([\d.-]+)" r="7"/g)].map(([, x, y]) => ({
        x: Number(x),
        y: Number(y),
      }));
      expect(discs).toHaveLength(place.walk.length);
      for (const [i, { x, y }] of discs.entries()) {
        expect(Math.min(x, y, width - x, height - y)).toBeGreaterThanOrEqual(7);
        for (const other of discs.slice(i + 1)) expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(14);
      }
    }
  });

  test('without a key there is none', () => {
    const layout = layoutStage(800, 560, nodes, []);
    expect(drawn(<KeyWalk run={NINE} layout={layout} />, { run: NINE, finder: undefined })).toBe('');
  });
});

test('the list names each point, and at the end who has the key', () => {
  const first = place.walk[0]?.vnode;
  expect(textOf(listAt(1))).toMatch(new RegExp(`n${first?.node}#${first?.index} 1st$`));
  expect(listAt(1)).toContain('data-done="false"');
  const all = textOf(listAt(place.walk.length));
  expect(all).toContain('again');
  expect(all).toMatch(new RegExp(`${place.replicas.map((node) => `n${node}`).join(' ')}$`));
});
