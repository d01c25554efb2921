import { expect, test } from 'vitest';
import type { HostReport } from '../../console/cluster.ts';
import { nodeId } from '../../core/base/ids.ts';
import { nodeDatabase } from '../../runtime/protocol/names.ts';
import { describeReality } from './reality.ts';

const WORKERS: HostReport = { nodes: 'workers', storage: 'IndexedDB', reason: '', durability: 'relaxed' };
const FALLBACK: HostReport = {
  nodes: 'in process',
  storage: 'memory',
  reason: 'storage is denied',
  durability: 'none',
};

const realText = (host: HostReport, nodes = 3) =>
  describeReality(host, 'run7', nodes)
    .real.map(({ how }) => how)
    .join(' ');

test('with workers and IndexedDB it names the databases as the runtime does, and the durability reported', () => {
  expect(realText(WORKERS)).toContain(nodeDatabase('run7', nodeId(1)));
  expect(realText(WORKERS)).toContain('… n3');
  expect(realText(WORKERS)).toContain('Durability relaxed');
  expect(realText({ ...WORKERS, durability: 'strict' })).toContain('Durability strict');
  expect(realText(WORKERS, 1)).not.toContain('…');
});

test('the fallback claims neither workers nor databases nor terminate()', () => {
  const text = realText(FALLBACK);
  expect(text).not.toMatch(/Web Worker|IndexedDB|terminate|MessagePort|ringside\//);
  expect(text).toContain('survive a kill, not a reload, because storage is denied');
});
