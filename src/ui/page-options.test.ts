import { expect, test } from 'vitest';
import { freshAddress, parsePageOptions } from './page-options.ts';

test('nothing given: the classroom, three nodes, eight shards, kept', () => {
  const parsed = parsePageOptions('');
  expect(parsed).toMatchObject({
    ok: true,
    value: { seed: undefined, storage: 'keep', sample: true, config: { nodes: 3, shards: 8, profile: 'classroom' } },
  });
});

test('everything given, names in any case, strangers ignored', () => {
  const parsed = parsePageOptions('?SEED=7&nodes=5&Shards=16&profile=datacenter&storage=fresh&sample=off&utm_source=x');
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      seed: 7,
      storage: 'fresh',
      sample: false,
      config: { nodes: 5, shards: 16, profile: 'datacenter', disk: { syncUs: 1000 } },
    },
  });
});

test.each([
  'seed=-1',
  'seed=1.5',
  'seed=4294967296',
  'seed=',
  'nodes=0',
  'nodes=10',
  'shards=7',
  'profile=fast',
  'storage=no',
  'sample=yes',
])('%s is refused with what is accepted', (search) => {
  const parsed = parsePageOptions(search);
  expect(parsed.ok).toBe(false);
  if (!parsed.ok) expect(parsed.text).toMatch(new RegExp(`^The address says ${search.replace('.', '\\.')}, .* takes`));
});

test('a fresh address keeps the rest', () => {
  expect(freshAddress('?seed=7&storage=keep')).toBe('?seed=7&storage=fresh');
});
