import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { NODES_MAX } from '../core/cluster/presets.ts';

const sim = (nodes: number) =>
  spawnSync(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', 'src/cli/sim.ts', '--nodes', String(nodes), '--shards', '16', '--for', '100ms'],
    { encoding: 'utf8' },
  );

test('a simulation has as many nodes as there are ids, more than a tab', () => {
  const { status, stdout } = sim(NODES_MAX);
  expect(stdout).toContain('seed 1  ok');
  expect(status).toBe(0);
});

test('one node more is refused with what is accepted', () => {
  const { status, stderr } = sim(NODES_MAX + 1);
  expect(status).toBe(2);
  expect(stderr).toContain(`from 1 to ${NODES_MAX}`);
});
