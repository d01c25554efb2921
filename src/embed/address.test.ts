import { describe, expect, test } from 'vitest';
import { freshAddress, type PageOptions, parseAddress } from './address.ts';

function read(search: string): PageOptions {
  const parsed = parseAddress(search);
  if (!parsed.ok) throw new Error(parsed.text);
  return parsed.value;
}

describe('the whole page', () => {
  test('nothing given: the classroom, three nodes, eight shards, kept', () => {
    expect(read('')).toMatchObject({
      seed: undefined,
      storage: 'keep',
      sample: true,
      speed: 'auto',
      theme: undefined,
      embed: undefined,
      config: { nodes: 3, shards: 8, profile: 'classroom' },
    });
  });

  test('everything given, names in any case, strangers ignored', () => {
    expect(read('?SEED=7&nodes=5&Shards=16&profile=datacenter&storage=fresh&sample=off&utm_source=x')).toMatchObject({
      seed: 7,
      storage: 'fresh',
      sample: false,
      config: { nodes: 5, shards: 16, profile: 'datacenter', disk: { syncUs: 1000 } },
    });
  });

  test.each([
    ['3x1', 3, 1],
    ['3x8', 3, 8],
    ['5x16', 5, 16],
    ['9x64', 9, 64],
  ])('preset=%s is %i nodes × %i shards, with or without a frame', (preset, nodes, shards) => {
    for (const search of [`?preset=${preset}`, `?embed=1&preset=${preset.toUpperCase()}`]) {
      expect(read(search).config).toMatchObject({ nodes, shards });
    }
  });

  test('nodes and shards given by themselves win over the preset', () => {
    expect(read('?preset=9x64&nodes=5').config).toMatchObject({ nodes: 5, shards: 64 });
    expect(read('?preset=9x64&nodes=12').config).toMatchObject({ nodes: 12, shards: 64 });
  });

  test.each([
    ['auto', 'auto'],
    ['max', 'max'],
    ['1/40', 0.025],
    ['10', 10],
  ])('speed=%s', (text, speed) => {
    expect(read(`?speed=${encodeURIComponent(text)}`).speed).toBe(speed);
  });
});

describe('an embed', () => {
  test('the address of the contract', () => {
    expect(read('?embed=1&preset=3x1&seed=7&panels=ring,console&theme=light&speed=auto')).toMatchObject({
      config: { nodes: 3, shards: 1 },
      seed: 7,
      storage: 'fresh',
      speed: 'auto',
      theme: 'light',
      embed: { panels: ['ring', 'console'] },
    });
  });

  test('nothing else given: one Raft group, its ring and console, on a fresh run', () => {
    expect(read('?embed=1')).toMatchObject({
      config: { nodes: 3, shards: 1 },
      storage: 'fresh',
      embed: { panels: ['ring', 'console'], pageAddress: '?preset=3x1' },
    });
  });

  test('keeps its run only when told to', () => {
    expect(read('?embed=1&storage=keep').storage).toBe('keep');
  });

  test('panels: the order given, each once, in any case', () => {
    expect(read('?embed=1&panels=Events,raft, events ,path,MEMBERSHIP').embed?.panels).toEqual([
      'events',
      'raft',
      'path',
      'membership',
    ]);
  });

  test('view: as what the stage shows the cluster; picture where nothing is said', () => {
    expect([read('').view, read('?view=TABLE').view, read('?view=worlds').view]).toEqual([
      'picture',
      'table',
      'worlds',
    ]);
  });

  test('panels=worlds is also what the whole page opens with, unless it says otherwise', () => {
    const pageOf = (search: string) => read(read(search).embed?.pageAddress ?? '');
    expect(read('?embed=1&panels=worlds').embed?.panels).toEqual(['worlds']);
    expect(pageOf('?embed=1&panels=worlds,repair').view).toBe('worlds');
    expect(pageOf('?embed=1&panels=worlds&view=table').view).toBe('table');
    expect(pageOf('?embed=1&panels=ring').view).toBe('picture');
  });

  test('embed=0 is the whole page', () => {
    expect(read('?embed=0').embed).toBeUndefined();
  });

  test('the whole page is opened with the same parameters, in the same cluster', () => {
    const { embed, ...options } = read('?Embed=1&Preset=5x16&seed=7&panels=ring&theme=dark&speed=1/40&storage=fresh');
    expect(embed?.pageAddress).not.toMatch(/embed/i);
    expect(read(embed?.pageAddress ?? '')).toEqual({ ...options, embed: undefined });
  });

  test('an embed without a preset opens the page on the same size', () => {
    const { embed, config } = read('?embed=1&seed=7');
    expect(read(embed?.pageAddress ?? '').config).toEqual(config);
  });
});

test('break: what a new run leaves out, in any spelling; an even cluster is a part of the configuration', () => {
  expect(read('').breaks).toEqual([]);
  expect(read('?break=noPreVote,skip-fsync,no-prevote').breaks).toEqual(['no-prevote', 'skip-fsync']);
  const even = read('?nodes=5&break=even-cluster,fixed-timeouts');
  expect([even.breaks, even.config.replicationFactor]).toEqual([['fixed-timeouts'], 4]);
});

test.each([
  'break=',
  'break=no-such-rule',
  'break=even-cluster',
  'seed=-1',
  'seed=1.5',
  'seed=4294967296',
  'seed=',
  'nodes=0',
  'nodes=13',
  'shards=7',
  'profile=fast',
  'storage=no',
  'preset=3x2',
  'preset=',
  'theme=pink',
  'sample=yes',
  'speed=fast',
  'speed=0',
  'speed=1001',
  'panels=',
  'panels=ring,map',
  'embed=yes',
  'view=map',
])('%s is refused with what is accepted, and an address without it', (search) => {
  const parsed = parseAddress(`?mine=1&${search}`);
  if (parsed.ok) throw new Error('accepted');
  expect(parsed.text.startsWith(`The address says ${search}, which is not possible: it takes `)).toBe(true);
  expect(parsed.text.length).toBeGreaterThan(`The address says ${search}, which is not possible: it takes .`.length);
  expect(parsed.without).toBe('?mine=1');
});

test('a fresh address keeps the rest', () => {
  expect(freshAddress('?Storage=keep&seed=7')).toBe('?Storage=fresh&seed=7');
  expect(freshAddress('')).toBe('?storage=fresh');
});
