// npm run mutants [-- --only TEXT] [--sample] [--json FILE] [--unbroken FILE]: are the tests able to fail? `--sample` leaves out those marked `long`;
// `--unbroken` names the report of a Vitest run of just now on the unbroken sources, whose tests need not run a second time.
//
// mutants.json lists ways to break a rule: { name, file, find, replace, tests | command + evidence }. Each is applied to a copy of the
// sources, never to the working tree, and its tests must fail there:
//   tests     vitest files; at least one test must fail by itself. A file that cannot even be loaded proves nothing.
//   command   arguments for Node instead (`tsx src/cli/sim.ts --seeds 20`: a first word `tsx` stands for the loader); it must
//             exit with an error and its output must match the regular expression `evidence`.
// The same tests must pass on the unbroken copy, else they prove nothing; and `find` must stand exactly once in the file: a stale mutant is a failure.
import './ensure-node.mjs';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './ensure-modules.mjs';
import { runNode } from './run.mjs';

// The sample of its tests is enough to kill a mutant, in the long run as well: all of them would take an hour here.
delete process.env.RINGSIDE_LONG;

const LANES = 2;
const ONE_FAILURE_IS_ENOUGH = ['--maxWorkers=1', '--bail=1'];
const BASELINE_TIMEOUT_MS = 15 * 60_000;
/** A mutant that hangs its tests is noticed, but late: this many times the unbroken run, and at least two minutes. */
const HANG_FACTOR = 10;
const HANG_MS_MIN = 120_000;
const COPIED = [
  'src',
  'e2e',
  'package.json',
  'tsconfig.json',
  'vite.config.ts',
  'engine-scripts.ts',
  'vitest.setup.ts',
  'index.html',
];

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
};

function createLane() {
  const lane = mkdtempSync(join(tmpdir(), 'ringside-mutant-'));
  for (const name of COPIED) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(lane, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(lane, 'node_modules'), 'junction');
  return lane;
}

/**
 * Resolves to { passed, failed, unloadable, broken, output }: tests that passed and failed, files that could not be loaded, and all files in which
 * not everything passed; `broken` undefined: nobody knows.
 */
async function runVitest(lane, tests, timeoutMs, extra) {
  const report = join(lane, 'vitest-report.json');
  rmSync(report, { force: true });
  const cli = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [cli, 'run', ...tests, '--reporter=json', `--outputFile=${report}`, '--cache=false', ...extra];
  const { output, timedOut } = await runNode(args, { cwd: lane, timeoutMs, quiet: true });
  if (timedOut) return { passed: 0, failed: 0, unloadable: 0, timedOut, output };
  if (!existsSync(report)) return { passed: 0, failed: 0, unloadable: 1, timedOut, output };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const unloadable = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failures = testResults.flatMap((file) => file.assertionResults.filter((result) => result.status === 'failed'));
  const messages = [
    ...unloadable.map((file) => `${file.name}: ${file.message}`),
    ...failures.map((failure) => `${failure.fullName}: ${failure.failureMessages[0]}`),
  ].join('\n');
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    unloadable: unloadable.length,
    broken: tests.filter((test) => {
      // A test may be a folder.
      const files = testResults.filter((file) => file.name.replaceAll('\\', '/').includes(`/${test}`));
      return files.length === 0 || files.some((file) => file.status === 'failed');
    }),
    timedOut,
    output: messages || output,
  };
}

function runCommand(lane, command, timeoutMs) {
  const [first, ...rest] = command.split(' ');
  const args = first === 'tsx' ? [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), ...rest] : [first, ...rest];
  return runNode(args, { cwd: lane, timeoutMs, quiet: true });
}

/** `killed …` when the tests noticed; anything else is a failure of the tests or of the list. */
async function judge(lane, mutant, timeoutMs) {
  if (mutant.command !== undefined) {
    const { code, output, timedOut } = await runCommand(lane, mutant.command, timeoutMs);
    if (timedOut) return 'killed (never ended)';
    if (code === 0) return 'SURVIVED';
    return new RegExp(mutant.evidence).test(output)
      ? 'killed'
      : `BROKEN: failed without the evidence\n${output.slice(-2000)}`;
  }
  const { passed, failed, unloadable, timedOut, output } = await runVitest(
    lane,
    mutant.tests,
    timeoutMs,
    ONE_FAILURE_IS_ENOUGH,
  );
  if (timedOut) return 'killed (never ended)';
  if (failed > 0) return `killed (${failed} of ${passed + failed} tests)`;
  if (unloadable > 0) return `BROKEN: a test file cannot be loaded\n${output.slice(-2000)}`;
  return 'SURVIVED';
}

async function applyAndJudge(lane, mutant, timeoutMs) {
  const file = join(lane, mutant.file);
  if (!existsSync(file)) return `STALE: there is no ${mutant.file}`;
  const original = readFileSync(file, 'utf8');
  const found = original.split(mutant.find).length - 1;
  if (found !== 1) return `STALE: the text to replace stands ${found} times in ${mutant.file}`;
  writeFileSync(
    file,
    original.replace(mutant.find, () => mutant.replace),
  );
  try {
    return await judge(lane, mutant, timeoutMs);
  } finally {
    writeFileSync(file, original);
  }
}

/** Whether a test file, or all in a folder, passed in that report of Vitest. */
function passedIn(report) {
  const { testResults } =
    report !== undefined && existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
  return (test) => {
    const files = testResults.filter(({ name }) => name.replaceAll('\\', '/').includes(`/${test}`));
    return files.length > 0 && files.every(({ status }) => status === 'passed');
  };
}

/** Test files and commands that fail on the unbroken copy, each with what it said. */
async function baselineFailures(lane, mutants) {
  const failures = new Map();
  const isProven = passedIn(option('--unbroken'));
  const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests ?? []))].filter((test) => !isProven(test));
  if (tests.length > 0) {
    const { broken, output } = await runVitest(lane, tests, BASELINE_TIMEOUT_MS, [`--maxWorkers=${LANES}`]);
    for (const test of broken ?? tests) failures.set(test, output.slice(-4000));
  }
  for (const command of new Set(mutants.flatMap((mutant) => mutant.command ?? []))) {
    const { code, output } = await runCommand(lane, command, BASELINE_TIMEOUT_MS);
    if (code !== 0) failures.set(command, `exit code ${code}\n${output.slice(-4000)}`);
  }
  return failures;
}

async function main(lanes, mutants) {
  const startedMs = performance.now();
  const failures = await baselineFailures(lanes[0], mutants);
  for (const [name, output] of failures) console.log(`FAILS WITHOUT ANY MUTANT  ${name}\n${output}`);
  const timeoutMs = Math.max(HANG_MS_MIN, HANG_FACTOR * (performance.now() - startedMs));
  const queue = [...mutants];
  const alive = [];
  const work = async (lane) => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const unproven = (mutant.tests ?? [mutant.command]).some((name) => failures.has(name));
      const verdict = unproven ? 'UNPROVEN: see above' : await applyAndJudge(lane, mutant, timeoutMs);
      if (!verdict.startsWith('killed')) alive.push(`${mutant.name}: ${verdict.split('\n')[0]}`);
      console.log(`${verdict.split('\n')[0].padEnd(28)} ${mutant.name}${verdict.includes('\n') ? `\n${verdict}` : ''}`);
    }
  };
  await Promise.all(lanes.map(work));
  return { passed: mutants.length - alive.length, failed: alive.length, failures: alive };
}

const only = option('--only');
const list = JSON.parse(readFileSync(join(ROOT, 'src/cli/mutants.json'), 'utf8'));
const sample = process.argv.includes('--sample');
const mutants = list.filter(({ name, long }) => (only === undefined || name.includes(only)) && !(sample && long));
for (const { name, tests, command, evidence } of mutants) {
  const byTests = Array.isArray(tests) && tests.length > 0;
  if (byTests === (command !== undefined && evidence !== undefined)) {
    console.error(`mutants.json: "${name}" needs either tests, or a command and its evidence`);
    process.exit(1);
  }
}
const lanes = Array.from({ length: Math.min(LANES, mutants.length) }, createLane);
process.on('exit', () => {
  for (const lane of lanes) rmSync(lane, { recursive: true, force: true });
});
const { passed, failed, failures } =
  mutants.length === 0 ? { passed: 0, failed: 1, failures: ['there is no mutant to run'] } : await main(lanes, mutants);
if (mutants.length === 0) console.log('There is no mutant to run.');
console.log(`${passed} killed, ${failed} not`);
const json = option('--json');
if (json !== undefined) writeFileSync(json, JSON.stringify({ passed, failed, failures }));
process.exitCode = failed === 0 ? 0 : 1;
