import { expect, test } from 'vitest';
import type { HostReport } from '../../console/cluster.ts';
import { nodeId } from '../../core/base/ids.ts';
import { nodeDatabase } from '../../runtime/protocol/names.ts';
import { describeReality } from './reality.ts';

const WORKERS: HostReport = { nodes: 'workers', storage: 'IndexedDB', reason: '', durability: 'relaxed' };
const FALLBACK: HostReport = {
  nodes: 'in process',
  storage: 'memory',
  reason: 'workers are denied',
  durability: 'none',
};

const SANDBOXED: HostReport = {
  nodes: 'inline workers',
  storage: 'memory',
  reason: 'workers are denied: this page has no origin; there are no Web Locks',
  durability: 'none',
};

const realText = (host: HostReport, nodes = 3, durabilities = Array.from({ length: nodes }, () => host.durability)) =>
  describeReality(host, 'run7', durabilities)
    .real.map(({ how }) => how)
    .join(' ');

test('with workers and IndexedDB it names the databases as the runtime does, and the durability reported', () => {
  expect(realText(WORKERS)).toContain(nodeDatabase('run7', nodeId(1)));
  expect(realText(WORKERS)).toContain('… n3');
  expect(realText(WORKERS)).toContain('Durability relaxed');
  expect(realText({ ...WORKERS, durability: 'strict' })).toContain('Durability strict');
  expect(realText(WORKERS, 1)).not.toContain('…');
  const mixed = realText(WORKERS, 3, ['relaxed', 'strict', 'relaxed']);
  expect(mixed).toMatch(/n1, n3: durability relaxed: .* n2: durability strict: /);
});

test('the fallback claims neither workers nor databases nor terminate()', () => {
  const text = realText(FALLBACK);
  expect(text).not.toMatch(/Web Worker|IndexedDB|terminate|MessagePort|ringside\//);
  expect(text).toContain('all in one thread here: workers are denied.');
  expect(text).toContain('survive a kill, not a reload');
});

test('without storage the nodes are workers all the same, and the bytes are where they are', () => {
  const denied: HostReport = { ...WORKERS, storage: 'memory', reason: 'storage is denied', durability: 'none' };
  for (const host of [denied, SANDBOXED]) {
    const text = realText(host);
    expect(text).toMatch(/3 nodes is a Web Worker of its own.*terminate\(\).*MessagePorts/);
    expect(text).toContain('In the conductor’s memory only');
    expect(text).not.toMatch(/IndexedDB|ringside\/|undefined/);
    expect(text.split(host.reason)).toHaveLength(2);
  }
  expect(realText(SANDBOXED)).toContain('from its script’s text');
  expect(realText(denied)).not.toContain('script’s text');
});

test('inline workers with storage have their databases', () => {
  const text = realText({ ...WORKERS, nodes: 'inline workers', reason: 'workers are denied' });
  expect(text).toContain(nodeDatabase('run7', nodeId(1)));
  expect(text).toContain('from its script’s text, because workers are denied.');
});
