import { expect, test } from 'vitest';
import { type ActorId, type ClientActorId, nodeId } from '../../core/base/ids.ts';
import { foundingNodes } from '../../core/cluster/node-list.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { type CutView, EMPTY_MODEL } from '../store/view-model.ts';
import { linkRows } from './link-rows.ts';

const CLIENT = 100 as ClientActorId;
const nameOf = (actor: ActorId) => (actor >= CLIENT ? 'client' : `n${actor}`);

test('a row for every pair that messages travel between, with which ways are cut and what each is set to', () => {
  const rows = linkRows(
    {
      ...EMPTY_MODEL,
      clients: new Map([[CLIENT, 'client']]),
      cuts: new Map(
        ['1>2', '3>100', '100>3'].map((key) => [key, { from: nodeId(1), to: nodeId(2), sinceUs: 0 } as CutView]),
      ),
      links: new Map([['1>3', { delayUs: 80_000 }]]),
    },
    foundingNodes(CLASSROOM),
    CLASSROOM,
    nameOf,
  );
  expect(rows.map(({ name, state, settings }) => [name, state, settings.length])).toEqual([
    ['n1 – n2', 'cut from n1 to n2', 1],
    ['n1 – n3', 'whole', 2],
    ['n2 – n3', 'whole', 1],
    ['n1 – client', 'whole', 1],
    ['n2 – client', 'whole', 1],
    ['n3 – client', 'cut both ways', 1],
  ]);
  expect(rows[1]?.settings[0]).toMatch(/^n1 → n3: 80 ms/);
  expect(rows[1]?.ways).toMatchObject([
    { from: 'n1', to: 'n3', set: true },
    { from: 'n3', to: 'n1', set: false },
  ]);
});
