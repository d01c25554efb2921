// npm test: every kind of test, in a sample. npm run test:long: all of it. `--only unit,browser` runs some stages.
// The last line is `N passed, N failed`; the exit code is 1 when anything failed. A stage that examined nothing has failed.
import './ensure-node.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './ensure-chromium.mjs';
import { ensureModules, ROOT } from './ensure-modules.mjs';
import { runNode } from './run.mjs';
import { playwrightFailures, vitestFailures } from './test-reports.mjs';

const long = process.argv.includes('--long');
const onlyAt = process.argv.indexOf('--only');
const only = onlyAt === -1 ? undefined : (process.argv[onlyAt + 1] ?? '').split(',');

/** Seeds of the simulation: with every fault of a cluster that stays as it is, and of one that grows, shrinks and loses disks. */
const SEEDS = long ? 2000 : 120;
const CHURN_SEEDS = long ? 200 : 5;
const ROW_SEEDS = long ? 100 : 3;
/** Each setting of R and W, which the others leave as they usually are, in short runs: 3400 of them; in the sample a few together, and shorter ones. */
const DIAL_SEEDS = long ? 200 : 2;
const DIAL = long
  ? ['--r lease', '--r index', '--r session', '--r 1', '--r 2', '--r 3', '--w 1', '--w 3', '--r mix --w mix'].map(
      (levels) => `${levels} --for 12s`,
    )
  : ['--r session --w 1 --for 6s', '--r 2 --w 3 --for 6s', '--r mix --w mix --for 6s'];
/** The same for the eventual keyspace, whose homes come to hold the same in the end. */
const EVENTUAL = (
  long
    ? [
        ...['--r 1 --w 1', '--r 2 --w 2', '--r 1 --w 3', '--r 3 --w 1'],
        // R + W > N is judged of strict quorums alone.
        ...['--r 2 --w 2 --quorum strict', '--r mix --w mix --quorum mix'],
        // Of three nodes each is a home of everything: hints are only where there are more.
        ...['--nodes 5 --r 2 --w 2', '--nodes 5 --r mix --w mix --quorum mix'],
      ].flatMap((levels) => [`${levels} --for 12s`, `${levels} --conflicts siblings --for 12s`])
    : ['--r mix --w mix --quorum mix --for 6s', '--r 2 --w 2 --conflicts siblings --for 6s']
).map((levels) => `--keyspace eventual ${levels}`);
/** And where nodes come, go and lose their disks, in longer runs: only then is there time for it. */
const EVENTUAL_CHURN_SEEDS = long ? 60 : 1;
const EVENTUAL_CHURN = ['--keyspace', 'eventual', '--r', 'mix', '--w', 'mix', '--faults', 'churn,kill,partition,loss'];
/** A stage that hangs ends as a failed one. */
const STAGE_TIMEOUT_MS = (long ? 90 : 20) * 60_000;

const scratch = mkdtempSync(join(tmpdir(), 'ringside-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const bin = (path) => join(ROOT, 'node_modules', path);
// Tests that have a short and a long form look at this.
const env = long ? { RINGSIDE_LONG: '1' } : {};
const run = (args, options = {}) =>
  runNode(args, { timeoutMs: STAGE_TIMEOUT_MS, ...options, env: { ...env, ...options.env } });

function readJson(name) {
  try {
    return JSON.parse(readFileSync(join(scratch, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs a command that is one test: passed when it ends well and `examined` finds in its output that it looked at something. */
async function one(name, args, examined = () => true) {
  const { code, output, timedOut } = await run(args);
  const empty = code === 0 && !examined(output);
  const passed = code === 0 && !empty;
  const why = timedOut ? ': it never ended' : empty ? ': it examined nothing' : '';
  console.log(`${passed ? 'passed' : 'FAILED'}: ${name}${why}`);
  return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: [{ test: name, why: why.slice(2) }] };
}

const sum = (results) => ({
  passed: results.reduce((total, result) => total + result.passed, 0),
  failed: results.reduce((total, result) => total + result.failed, 0),
  failures: results.flatMap((result) => result.failures ?? []),
});

/** A run that failed although none of its tests did (it crashed, or an error came from outside a test) has one failure. */
const withExitCode = (result, code) => (code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result);

async function check() {
  return sum([
    await one('biome', [bin('@biomejs/biome/bin/biome'), 'ci', '.'], (output) =>
      /Checked [1-9]\d* files?/.test(output),
    ),
    await one('types', [bin('typescript/bin/tsc'), '-b', '--pretty', 'false']),
    await one('unused code and packages (knip)', [bin('knip/bin/knip.js')]),
  ]);
}

async function unit() {
  const report = join(scratch, 'unit.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run([bin('vitest/vitest.mjs'), 'run', ...reporters]);
  const result = readJson('unit.json');
  if (result === undefined) return { passed: 0, failed: 1 };
  const unloadable = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = result.numFailedTests + unloadable.length;
  return withExitCode({ passed: result.numPassedTests, failed, failures: vitestFailures(result) }, code);
}

async function mutants() {
  const { code } = await run([
    'src/cli/mutants.mjs',
    // In the long run the unit tests are other ones: mutants are killed by those of the sample.
    ...(long ? [] : ['--sample', '--unbroken', join(scratch, 'unit.json')]),
    '--json',
    join(scratch, 'mutants.json'),
  ]);
  const { passed, failed, failures } = readJson('mutants.json') ?? { passed: 0, failed: 1, failures: [] };
  return withExitCode({ passed, failed, failures: failures.map((test) => ({ test, why: '' })) }, code);
}

async function simulation() {
  // In the long run the larger cluster: most shards then have nodes that hold no replica of them.
  const size = long ? ['--nodes', '5'] : [];
  const results = [
    await seeded(SEEDS, ['--faults', 'all', ...size]),
    await seeded(CHURN_SEEDS, ['--faults', 'churn,kill,partition,loss']),
    await seeded(ROW_SEEDS, ['--faults', 'rows,kill,partition,loss,transfer']),
  ];
  for (const levels of [...DIAL, ...EVENTUAL]) results.push(await seeded(DIAL_SEEDS, levels.split(' ')));
  results.push(await seeded(EVENTUAL_CHURN_SEEDS, EVENTUAL_CHURN));
  return sum(results);
}

async function seeded(seeds, options) {
  const { code, output } = await run([bin('tsx/dist/cli.mjs'), 'src/cli/sim.ts', '--seeds', String(seeds), ...options]);
  const last = [...output.matchAll(/^(\d+) seeds?, (\d+) failed/gm)].at(-1);
  // Seeds that were cut short have proven nothing.
  if (last === undefined || Number(last[1]) !== seeds) return { passed: 0, failed: seeds };
  return withExitCode({ passed: seeds - Number(last[2]), failed: Number(last[2]) }, code);
}

async function build() {
  const built = await one('build', [bin('vite/bin/vite.js'), 'build'], (output) =>
    /[1-9]\d* modules transformed/.test(output),
  );
  if (built.failed > 0) return built;
  const { code, output } = await run([bin('size-limit/bin.js'), '--json'], { quiet: true });
  let sizes = [];
  try {
    sizes = JSON.parse(output.slice(output.indexOf('[')));
  } catch {
    console.log(output);
  }
  for (const { name, size, sizeLimit, passed } of sizes) {
    const limit = sizeLimit === undefined ? '' : ` of ${(sizeLimit / 1000).toFixed(1)}`;
    console.log(`${passed ? 'passed' : 'FAILED'}: size of ${name}: ${(size / 1000).toFixed(1)}${limit} kB`);
  }
  const passed = sizes.filter((entry) => entry.passed && entry.size > 0).length;
  const size = withExitCode({ passed, failed: sizes.length - passed }, code);
  return sum([built, sizes.length === 0 ? { passed: 0, failed: 1 } : size]);
}

async function browser() {
  let chromium;
  try {
    chromium = await ensureChromium();
  } catch (error) {
    console.log(error.message);
    return { passed: 0, failed: 1 };
  }
  console.log(`Chromium: ${chromium}`);
  const PLAYWRIGHT_JSON_OUTPUT_FILE = join(scratch, 'browser.json');
  const { code } = await run([bin('@playwright/test/cli.js'), 'test', '-c', 'e2e'], {
    env: { RINGSIDE_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE },
  });
  const report = readJson('browser.json');
  if (report?.stats === undefined) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky } = report.stats;
  return withExitCode({ passed: expected, failed: unexpected + flaky, failures: playwrightFailures(report) }, code);
}

const STAGES = { check, unit, mutants, simulation, build, browser };

const seconds = (sinceMs) => `${Math.round((performance.now() - sinceMs) / 1000)} s`;

async function main() {
  const names = Object.keys(STAGES).filter((name) => only === undefined || only.includes(name));
  const unknown = only?.filter((name) => !(name in STAGES)) ?? [];
  if (unknown.length > 0 || names.length === 0) {
    console.error(`--only takes some of ${Object.keys(STAGES).join(',')}; not: ${unknown.join(', ')}`);
    process.exit(1);
  }
  ensureModules();
  const startedMs = performance.now();
  const summary = [];
  for (const [index, name] of names.entries()) {
    console.log(`\n━━ ${index + 1}/${names.length} ${name} ━━ after ${seconds(startedMs)}`);
    const stageMs = performance.now();
    let result = await STAGES[name]();
    if (result.passed + result.failed === 0) {
      console.log('This stage examined nothing.');
      result = { passed: 0, failed: 1 };
    }
    summary.push({ name, ...result, took: seconds(stageMs) });
    console.log(`━━ ${name}: ${result.passed} passed, ${result.failed} failed, ${seconds(stageMs)}`);
  }
  console.log('');
  for (const { name, passed, failed, took } of summary) {
    console.log(
      `${name.padEnd(12)} ${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed  ${took}`,
    );
  }
  const { passed, failed, failures } = sum(summary);
  // Again at the end, where they are found: what a stage prints may be thousands of lines above.
  for (const { test, why } of failures)
    console.log(`FAILED ${test}${why === '' ? '' : `\n    ${why.replaceAll('\n', '\n    ')}`}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

await main();
