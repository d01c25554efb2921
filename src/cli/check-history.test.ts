import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkHistory } from '../sim/checker/check-history.ts';
import { checkFiles, type Surroundings } from './check-files.ts';

const lines = (...objects: readonly object[]): string => objects.map((each) => JSON.stringify(each)).join('\n');
const write = (value: unknown) => ({ process: 0, f: 'write', key: 'x', value });
const wrote = (value: unknown) => [
  { ...write(value), type: 'invoke' },
  { ...write(value), type: 'ok' },
];
const readOf = (value: unknown) => [
  { process: 1, type: 'invoke', f: 'read', key: 'x' },
  { process: 1, type: 'ok', f: 'read', key: 'x', value },
];
const deleted = ['invoke', 'ok'].map((type) => ({ process: 0, type, f: 'delete', key: 'x' }));

const FILES: Readonly<Record<string, string>> = {
  good: lines(...wrote(1), ...readOf(1)),
  wrong: lines(...wrote(1), ...readOf(2)),
  cut: `${lines(...wrote(1))}\n{"process":0,"type":"in`,
  empty: '',
  deep: lines(...wrote(1)).replace('"value":1', `"value":${'['.repeat(20_000)}${']'.repeat(20_000)}`),
  deletes: lines(...wrote(1), ...deleted),
};

function run(args: readonly string[], change: Partial<Surroundings> = {}) {
  let [stdout, stderr] = ['', ''];
  const status = checkFiles(args, {
    read: (file) => {
      const text = FILES[file];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${file}'`);
      return text;
    },
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    nowMs: () => 0,
    check: (operations) => checkHistory(operations),
    ...change,
  });
  return { status, stdout, stderr };
}

test.each<[args: string, status: number, stdout: string, stderr: string]>([
  ['good', 0, 'good\tlinearizable\t0.0\n', ''],
  [
    'wrong',
    1,
    'wrong\tnot linearizable\t0.0\n',
    'wrong: no order explains line 4: process 1: read x → 2; it could only meet 1\n',
  ],
  ['cut', 3, 'cut\tmalformed\t0.0\n', 'cut: line 3: this is not JSON\n'],
  ['empty', 3, 'empty\tmalformed\t0.0\n', 'empty: the file holds no operation\n'],
  ['deep', 3, 'deep\tmalformed\t0.0\n', 'deep: line 1: value is nested deeper than 100 levels\n'],
  ['none', 3, 'none\tmalformed\t0.0\n', "none: cannot be read: ENOENT: no such file or directory, open 'none'\n"],
  ['wrong good', 1, 'wrong\tnot linearizable\t0.0\ngood\tlinearizable\t0.0\n', 'wrong: no order'],
  ['deep wrong', 3, 'deep\tmalformed\t0.0\nwrong\tnot linearizable\t0.0\n', 'wrong: no order'],
  ['deletes', 0, 'deletes\tlinearizable\t0.0\n', ''],
  ['deletes --model kv', 0, 'deletes\tlinearizable\t0.0\n', ''],
  ['good --model register', 0, 'good\tlinearizable\t0.0\n', ''],
  [
    'deletes --model register',
    3,
    'deletes\tmalformed\t0.0\n',
    'deletes: line 3: f must be one of read, write, cas in the model register, not "delete"\n',
  ],
  ['good --model queue', 3, '', 'check-history: --model takes register or kv, not "queue"\n\nnpm run check-history'],
  ['', 3, '', 'check-history: a file is missing, or - for standard input\n\nnpm run check-history'],
  ['good --fast', 3, '', "check-history: Unknown option '--fast'"],
  ['--help', 0, 'npm run check-history', ''],
])('check-history %s', (args, status, stdout, stderr) => {
  const ended = run(args.split(' ').filter((arg) => arg !== ''));
  expect(ended.status, ended.stdout + ended.stderr).toBe(status);
  expect(ended.stdout).toContain(stdout);
  expect(ended.stderr).toContain(stderr);
  if (stdout === '') expect(ended.stdout).toBe('');
  if (stderr === '') expect(ended.stderr).toBe('');
});

test('what could not be decided is told with its keys, and is worse than what is wrong', () => {
  const check: Surroundings['check'] = (operations) =>
    operations.length > 2 ? { verdict: 'unknown', keys: ['x', 'y'] } : checkHistory(operations);
  expect(run(['deletes'], { check: () => ({ verdict: 'unknown', keys: [''] }) })).toEqual({
    status: 2,
    stdout: 'deletes\tunknown\t0.0\n',
    stderr: 'deletes: too many orders to try for it\n',
  });
  const many = {
    read: (file: string) => (file === 'many' ? lines(...wrote(1), ...wrote(2), ...wrote(3)) : FILES[file]),
  };
  expect(run(['many', 'wrong'], { check, ...(many as Pick<Surroundings, 'read'>) })).toMatchObject({
    status: 2,
    stdout: 'many\tunknown\t0.0\nwrong\tnot linearizable\t0.0\n',
    stderr: expect.stringContaining('many: too many orders to try for x, y\n'),
  });
});

test('a checker that fails has judged nothing, and the next file is judged', () => {
  const check: Surroundings['check'] = (operations) => {
    if (operations.length === 2) throw new RangeError('Maximum call stack size exceeded');
    return checkHistory(operations);
  };
  const one = { read: (file: string) => (file === 'one' ? lines(...wrote(1)) : (FILES[file] as string)) };
  expect(run(['good', 'one'], { check, ...one })).toEqual({
    status: 2,
    stdout: 'good\tunknown\t0.0\none\tlinearizable\t0.0\n',
    stderr:
      'good: could not be judged: Maximum call stack size exceeded. This is a fault of the program, not of the file.\n',
  });
});

test('the process: standard input, and the exit code', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', 'src/cli/check-history.ts', '-', 'no/such/file'],
    { encoding: 'utf8', input: FILES.wrong },
  );
  expect(status, stderr).toBe(3);
  expect(stdout).toMatch(/^-\tnot linearizable\t\d+\.\d\nno\/such\/file\tmalformed\t\d+\.\d\n$/);
  expect(stderr).toMatch(/^-: no order explains line 4: .*\n(?: .*\n)*no\/such\/file: cannot be read: ENOENT/);
});
