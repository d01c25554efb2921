import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'ringside-history-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A command of the command line, as npm runs it. */
function run(script: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', script, ...args], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}
const sim = (...args: readonly string[]) =>
  run('src/cli/sim.ts', ...args, '--for', '12s', '--faults', 'kill,partition,loss');
const checkHistory = (...files: readonly string[]) => run('src/cli/check-history.ts', ...files);

test('the history of a run, written to a file, is judged as the run judged it, and a read changed in it is found', () => {
  const file = join(scratch, 'one.jsonl');
  const simulated = sim('--seed', '7', '--history', file);
  expect(simulated.status, simulated.stdout + simulated.stderr).toBe(0);
  expect(simulated.stdout).toContain('1 histories judged, 0 undecided');
  const judged = checkHistory(file);
  expect(judged, judged.stderr).toMatchObject({ status: 0, stderr: '' });
  expect(judged.stdout).toMatch(/\tlinearizable\t/);

  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const objects = lines.map((line) => JSON.parse(line) as { type: string; f: string; key: string; value: unknown });
  for (const f of ['read', 'write', 'cas', 'delete'])
    expect(
      objects.some((object) => object.f === f),
      f,
    ).toBe(true);
  const at = objects.findLastIndex(({ type, f, value }) => type === 'ok' && f === 'read' && value !== null);
  const changed = objects[at];
  lines[at] = JSON.stringify({ ...changed, value: 'never written' });
  const wrong = join(scratch, 'wrong.jsonl');
  writeFileSync(wrong, lines.join('\n'));
  const refused = checkHistory(file, wrong);
  expect(refused.status).toBe(1);
  expect(refused.stdout).toMatch(/one\.jsonl\tlinearizable\t.*\n.*wrong\.jsonl\tnot linearizable\t/);
  expect(refused.stderr).toContain(`no order explains line ${at + 1}: `);
  expect(refused.stderr).toContain(`read ${changed?.key} → "never written"; it could only meet`);
});

test('a file per seed', () => {
  const many = join(scratch, 'many.v1');
  expect(sim('--seed', '3', '--seeds', '2', '--ops', '2', '--history', join(many)).status).toBe(0);
  expect(readdirSync(scratch).filter((name) => name.startsWith('many'))).toEqual(['many-3.v1', 'many-4.v1']);
  expect(checkHistory(join(scratch, 'many-3.v1'), join(scratch, 'many-4.v1')).status).toBe(0);
});

test('a place that cannot be written to is told in one line, before the run', () => {
  const days = ['--ops', '0', '--faults', 'none', '--for', '9999m'];
  const { status, stdout, stderr } = run('src/cli/sim.ts', ...days, '--history', join(scratch, 'no', 'such.jsonl'));
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^sim: cannot write the history to .*\n$/);
});

test('a saved run that is not there is told in one line', () => {
  const { status, stderr } = run('src/cli/sim.ts', '--run', join(scratch, 'none.json'));
  expect(status).toBe(2);
  expect(stderr).toMatch(/^sim: cannot read .*\n$/);
});

test('an empty number is no number, and what is wrong with the options is told with all of them', () => {
  const { status, stdout, stderr } = run('src/cli/sim.ts', '--seed', '', '--ops', '0', '--faults', 'none');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^sim: --seed takes a whole number from 0 to 2147483648, not ""\n\nnpm run sim/);
});
