import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BREAK_NAMES } from '../core/cluster/break.ts';

const scratch = mkdtempSync(join(tmpdir(), 'ringside-breaks-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function sim(...args: readonly string[]) {
  return spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'src/cli/sim.ts', ...args], {
    encoding: 'utf8',
  });
}

test('--list-breaks: name, safety or liveness, and a sentence, one a line', () => {
  const { status, stdout } = sim('--list-breaks');
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split('\t')[0])).toEqual(BREAK_NAMES);
  for (const line of lines) expect(line).toMatch(/^[a-z-]+\t(safety|liveness)\t[A-Z].*\.$/);
});

test('a name that is not there is refused with the list', () => {
  const { status, stderr } = sim('--break', 'no-such-rule');
  expect(status).toBe(2);
  for (const name of BREAK_NAMES) expect(stderr).toContain(name);
});

test('a seed that fails is shrunk; the file that is written fails in the same way', () => {
  const file = join(scratch, 'small.json');
  const size = ['--seed', '4', '--nodes', '5', '--shards', '8', '--for', '2s'];
  const broken = sim(...size, '--break', 'skipFsync', '--shrink-to', file);
  expect(broken.status).toBe(1);
  expect(broken.stdout).toContain('BREAK skip-fsync on');
  expect(broken.stdout).toMatch(/shrunk from \d+ actions to 1 in \d+ runs/);
  expect(broken.stdout).toContain('--limits drawn --break skipFsync');
  const again = sim('--run', file);
  expect(again.status).toBe(1);
  const rule = /shrunk from[\s\S]*?(VoteDurability: .*)/.exec(broken.stdout)?.[1];
  expect(rule).toBeDefined();
  expect(again.stdout).toContain(rule);
  expect(again.stdout).toContain('the digest is the one in the file');
  const left = sim(...size, '--break', 'skip-fsync', '--no-shrink', '--shrink-to', join(scratch, 'no'));
  expect([left.status, existsSync(join(scratch, 'no'))]).toEqual([1, false]);
  expect(sim(...size).status, 'and nothing fails where nothing is broken').toBe(0);
});
