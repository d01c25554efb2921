import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EVENTUAL_LEVELS, READ_LEVELS, WRITE_LEVELS } from '../core/client/operation.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import { BREAK_NAMES, type BreakName, EVEN_REPLICATION_FACTOR, findBreak, isLiveBreak } from '../core/cluster/break.ts';
import { BREAKS } from '../core/cluster/break-words.ts';
import { createHeader, NODES_MAX, NODES_MIN, PROFILES } from '../core/cluster/presets.ts';
import type { RunConfig, RunHeader } from '../core/cluster/run.ts';
import { CLOCK_MODES, CONFLICTS } from '../core/replication/choices.ts';
import { formatHistory } from '../sim/checker/format-history.ts';
import { HISTORY_MODELS, type HistoryModel } from '../sim/checker/history-line.ts';
import { withChurnLimits } from '../sim/draw-churn.ts';
import { type EventualLevels, inEventual } from '../sim/draw-eventual.ts';
import { withRowLimits } from '../sim/draw-row-damage.ts';
import { drawConfig } from '../sim/drawn-limits.ts';
import { type RunReport, replay, runInProcess } from '../sim/run.ts';
import { decodeRun } from '../sim/saved-run.ts';
import { drawSchedule, FAULTS, type Fault, KNOWN_FAULTS } from '../sim/schedule.ts';
import { answersInOrder, answerTasks } from './fork-pool.ts';
import { decimalNumber, wholeNumber } from './option-number.ts';
import { type FailedRun, shrinkRun } from './shrink-run.ts';
import {
  COVERED_SEEDS,
  type SeedTotals,
  SimTotals,
  UNDECIDED_MAX,
  UNDECIDED_SHARE_MAX,
  watchSeed,
} from './sim-totals.ts';

const USAGE = `npm run sim -- [options]
  --seed N        first seed (default 1)
  --seeds N       how many seeds (default 1)
  --nodes N       nodes (default 3, at most ${NODES_MAX})
  --shards N      shards (default 8)
  --for 30s       virtual duration (default 30s)
  --ops N         operations per virtual second (default 10)
  --model NAME    what clients do: kv (everything, default), or register: reads, writes and CAS alone
  --r LEVEL       how clients read: ${READ_LEVELS.join(', ')} or mix (default: every third read index, the others lease)
  --w LEVEL       how they write: ${WRITE_LEVELS.join(', ')} or mix (default 2). Scans, and conditions where w is 1, stay as they are
  --keyspace NAME strong (default) or eventual: --r and --w are 1, 2, 3 or mix there (default 1), the run goes on until all replicas hold the
                  same, and what they hold is judged
  --quorum NAME   in the eventual keyspace: sloppy (default), strict or mix
  --conflicts NAME  the same: lww (default) or siblings
  --clock NAME    the same: hybrid (default), or wall: acknowledged writes may be dropped then
  --faults LIST   ${FAULTS.join(',')} | all | none (default all); two that all leaves out: churn: nodes come, go and lose their disks,
                  and the run goes on until every replica is where it is meant to be; rows: what one node holds changes without a
                  trace, and is to be found and repaired (not with disk, reconfigure or churn, which may leave no majority that is right)
  --limits NAME   drawn (each seed its own limits, default) | classroom | datacenter
  --break NAME    leaves out a rule on purpose; may be given several times (--list-breaks names them). It is not asked then whether rare
                  things happened
  --list-breaks   prints them: name, safety or liveness, and what is left out
  --run FILE      replays a saved run instead
  --shrink-to F   where the run of the fewest actions that fails like the first seed that fails is written (default sim-SEED-shrunk.json)
  --no-shrink     leaves a failing run as it is
  --history FILE  writes what clients saw, a line an invocation or completion, for npm run check-history; where --seeds is above 1, a file per
                  seed: out.jsonl becomes out-1.jsonl, out-2.jsonl …
  --digest        prints the digest alone on the last line
Prints one line per seed, how often rare things happened over all of them, and how long shards took no writes after their leader was killed
with nothing else wrong (hardly ever so but with --faults kill). Exits 1 if anything is violated, with the line that replays
it, and the first of them shrunk; if a rare thing never happened in ${COVERED_SEEDS} seeds or more with all faults; or if the histories of more than a few seeds (${UNDECIDED_MAX}, or one in
${1 / UNDECIDED_SHARE_MAX}) have too many orders for the linearizability checker to try them all.`;

const options = {
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string', default: '1' },
  nodes: { type: 'string', default: '3' },
  shards: { type: 'string', default: '8' },
  for: { type: 'string', default: '30s' },
  ops: { type: 'string', default: '10' },
  model: { type: 'string', default: 'kv' },
  keyspace: { type: 'string', default: 'strong' },
  quorum: { type: 'string', default: 'sloppy' },
  conflicts: { type: 'string', default: 'lww' },
  clock: { type: 'string', default: 'hybrid' },
  r: { type: 'string' },
  w: { type: 'string' },
  faults: { type: 'string', default: 'all' },
  limits: { type: 'string', default: 'drawn' },
  run: { type: 'string' },
  break: { type: 'string', multiple: true, default: [] as string[] },
  'list-breaks': { type: 'boolean', default: false },
  'shrink-to': { type: 'string' },
  'no-shrink': { type: 'boolean', default: false },
  history: { type: 'string' },
  digest: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  // Not for people: this is a process of the pool, and is told its seeds.
  'as-child': { type: 'boolean', default: false },
} as const;

const KEYSPACES = ['strong', 'eventual'] as const;
const CHILD = '--as-child';
/** All moves that may be due at the end of a run with churn take less. */
const SETTLE_US_MAX = 120_000_000;
/** Seeds run side by side, on as many cores. */
const PROCESSES = Math.min(availableParallelism(), 16);

interface SeedTask {
  readonly seed: number;
}

type Values = ReturnType<typeof parse>;

function parse() {
  return parseArgs({ options, allowPositionals: false }).values;
}

/** The command is not written as it must be. */
function fail(message: string): never {
  return stop(`${message}\n\n${USAGE}`);
}

/** The command is right, and cannot be carried out. */
function stop(message: string): never {
  process.stderr.write(`sim: ${message}\n`);
  process.exit(2);
}

const integer = (name: string, text: string, min: number, max: number): number =>
  wholeNumber(text, min, max) ?? fail(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);

function seconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (match === null) fail(`--for takes a duration such as 30s or 500ms, not "${text}"`);
  return Math.round(Number(match[1]) * { ms: 1e3, s: 1e6, m: 6e7 }[match[2] as 'ms' | 's' | 'm']);
}

function faultsOf(text: string): ReadonlySet<Fault> {
  if (text === 'all') return new Set(FAULTS);
  if (text === 'none') return new Set();
  const names = text.split(',');
  const unknown = names.find((name) => !KNOWN_FAULTS.includes(name as Fault));
  if (unknown !== undefined)
    fail(`--faults does not know "${unknown}"; it takes ${KNOWN_FAULTS.join(', ')}, all or none`);
  return new Set(names as Fault[]);
}

function modelOf(text: string): HistoryModel {
  const model = HISTORY_MODELS.find((each) => each === text);
  return model ?? fail(`--model takes ${HISTORY_MODELS.join(' or ')}, not "${text}"`);
}

/** @param name of the option */
function levelOf<T extends string | number>(
  name: string,
  text: string | undefined,
  all: readonly T[],
): T | 'mix' | undefined {
  if (text === undefined || text === 'mix') return text;
  const level = all.find((each) => String(each) === text);
  return level ?? fail(`--${name} takes ${all.join(', ')} or mix, not "${text}"`);
}

function configOf(limits: string, seed: number, nodes: number, shards: number): RunConfig {
  if (limits === 'drawn') return drawConfig(seed, nodes, shards);
  if (limits === 'classroom' || limits === 'datacenter') return { ...PROFILES[limits], nodes, shards };
  return fail(`--limits takes drawn, classroom or datacenter, not "${limits}"`);
}

/** What came of a seed. Plain data: it comes from another process. */
interface SeedResult {
  readonly seed: number;
  readonly lines: readonly string[];
  readonly bad: boolean;
  readonly digest: string;
  readonly wallMs: number;
  readonly virtualUs: number;
  readonly totals: SeedTotals;
}

/** A seed's run before it is run. */
interface DrawnRun {
  readonly header: RunHeader;
  readonly actions: readonly TimedAction[];
  readonly durationUs: number;
}

function breaksOf(texts: readonly string[], nodes: number): readonly BreakName[] {
  const names = texts.map((text) => findBreak(text) ?? fail(`there is no break "${text}". There are\n${breakList()}`));
  if (names.includes('even-cluster') && nodes < EVEN_REPLICATION_FACTOR)
    fail(`--break even-cluster gives each shard ${EVEN_REPLICATION_FACTOR} replicas: it needs --nodes 4 or more`);
  return names;
}

const breakList = (): string =>
  BREAK_NAMES.map((name) => `${name}\t${BREAKS[name].kind}\t${BREAKS[name].text}`).join('\n');

const eventualLevels = ({ r, w, quorum }: Values): EventualLevels => ({
  r: levelOf('r', r, EVENTUAL_LEVELS) ?? 1,
  w: levelOf('w', w, EVENTUAL_LEVELS) ?? 1,
  quorum: oneOf('quorum', quorum, ['sloppy', 'strict', 'mix'] as const),
});

/** Replicas are compared so often that a run sees it many times. */
function withEventualLimits(config: RunConfig, { conflicts, clock }: Values): RunConfig {
  const limits = {
    ...config.limits,
    checkIntervalUs: 2_000_000,
    conflicts: CONFLICTS.indexOf(oneOf('conflicts', conflicts, CONFLICTS)),
    clockMode: CLOCK_MODES.indexOf(oneOf('clock', clock, CLOCK_MODES)),
  };
  return { ...config, limits };
}

function oneOf<T extends string>(name: string, text: string, all: readonly T[]): T {
  return all.find((each) => each === text) ?? fail(`--${name} takes ${all.join(', ')}, not "${text}"`);
}

function drawSeed(seed: number, values: Values): DrawnRun {
  const nodes = integer('nodes', values.nodes, NODES_MIN, NODES_MAX);
  const shards = integer('shards', values.shards, 1, 256);
  const durationUs = seconds(values.for);
  const operationsPerSecond =
    decimalNumber(values.ops, 0, 10_000) ?? fail(`--ops takes a number from 0 to 10000, not "${values.ops}"`);
  const breaks = breaksOf(values.break, nodes);
  const even = breaks.includes('even-cluster') ? { replicationFactor: EVEN_REPLICATION_FACTOR } : {};
  const faults = faultsOf(values.faults);
  const plain = { ...configOf(values.limits, seed, nodes, shards), ...even };
  const churned = faults.has('churn') ? withChurnLimits(plain, seed) : plain;
  const isEventual = oneOf('keyspace', values.keyspace, KEYSPACES) === 'eventual';
  const damaged = faults.has('rows') ? withRowLimits(churned, seed) : churned;
  const config = isEventual ? withEventualLimits(damaged, values) : damaged;
  const drawn = drawSchedule({
    ...even,
    seed,
    nodes,
    shards,
    network: config.network,
    durationUs,
    operationsPerSecond,
    model: modelOf(values.model),
    faults,
    levels: isEventual
      ? {}
      : { read: levelOf('r', values.r, READ_LEVELS), write: levelOf('w', values.w, WRITE_LEVELS) },
  });
  const asked = isEventual ? inEventual(drawn, seed, eventualLevels(values)) : drawn;
  const broken = breaks
    .filter(isLiveBreak)
    .map((name): TimedAction => ({ timeUs: 0, action: { type: 'Break', name, on: true } }));
  const header = createHeader(`sim-${seed}`, seed, config);
  return { header, actions: [...broken, ...asked], durationUs };
}

function runSeed(seed: number, values: Values): SeedResult {
  const { header, actions, durationUs } = drawSeed(seed, values);
  const keepHistory = openHistory(values, seed);
  const started = performance.now();
  const { observe, end } = watchSeed();
  const settling = faultsOf(values.faults).has('churn') ? { settleUs: SETTLE_US_MAX } : {};
  const report = runInProcess(header, actions, durationUs, { observe, ...settling, ...converging(values) });
  const wallMs = performance.now() - started;
  keepHistory?.(report);
  const lines = [`seed ${seed}  ${line(report)}  ${(durationUs / 1000 / wallMs).toFixed(0)} virtual s per wall s`];
  const examinedNothing = report.examined === 0 || (values.keyspace === 'eventual' && report.eventually.reads === 0);
  const bad = report.violations.length > 0 || examinedNothing;
  if (examinedNothing) lines.push('  the invariant checks examined nothing');
  for (const violation of report.violations.slice(0, 10)) lines.push(`  ${violation}`);
  if (bad) lines.push(`  replay: ${replayLine(seed, values)}`);
  return {
    seed,
    lines,
    bad,
    digest: report.digest,
    wallMs,
    virtualUs: durationUs,
    totals: end(header.config.profile, report, durationUs),
  };
}

const converging = ({ keyspace }: Values): { readonly converges?: true } =>
  keyspace === 'eventual' ? { converges: true } : {};

function replayLine(seed: number, values: Values): string {
  const { nodes, shards, for: duration, ops, model, faults, limits } = values;
  const breaks = values.break.map((name) => ` --break ${name}`).join('');
  const levels = (['r', 'w'] as const).flatMap((name) =>
    values[name] === undefined ? [] : ` --${name} ${values[name]}`,
  );
  return `npm run sim -- --seed ${seed} --nodes ${nodes} --shards ${shards} --for ${duration} --ops ${ops} --model ${model} --faults ${faults} --limits ${limits}${keyspaceText(values)}${levels.join('')}${breaks}`;
}

const keyspaceText = ({ keyspace, quorum, conflicts, clock }: Values): string =>
  keyspace === 'strong' ? '' : ` --keyspace eventual --quorum ${quorum} --conflicts ${conflicts} --clock ${clock}`;

/** Once more, and kept: most runs need not be. */
function failedRun(seed: number, values: Values): FailedRun {
  const { header, actions, durationUs } = drawSeed(seed, values);
  const report = runInProcess(header, actions, durationUs, converging(values));
  const path = values['shrink-to'] ?? `sim-${seed}-shrunk.json`;
  return { header, schedule: { actions: report.actions, endUs: durationUs }, report, path };
}

function line(report: RunReport): string {
  const { digest, events, acknowledged, unknown, failed, counters, violations, undecided } = report;
  const open = undecided.length === 0 ? '' : ` but undecided ${undecided.join(', ')}`;
  const verdict = violations.length === 0 ? `ok${open}` : `VIOLATED ${violations.length}`;
  return `${verdict}  digest ${digest}  ${events} events  ${acknowledged} ok ${unknown} unknown ${failed} refused  ${counters.elections} elections  ${counters.keys} keys`;
}

/** Opens the file before there is anything to write: a place that takes none is found before the run, not after it. */
function openHistory(values: Values, seed: number): ((report: RunReport) => void) | undefined {
  const { history, seeds } = values;
  if (history === undefined) return undefined;
  const path = Number(seeds) === 1 ? history : historyPathOf(history, seed);
  const orStop = <T>(attempt: () => T): T => {
    try {
      return attempt();
    } catch (error) {
      return stop(`cannot write the history to ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const file = orStop(() => openSync(path, 'w'));
  return (report) =>
    orStop(() => {
      writeFileSync(file, formatHistory(values.keyspace === 'eventual' ? report.eventual : report.history));
      closeSync(file);
    });
}

/** `out.jsonl` for seed 7 of many: `out-7.jsonl`. */
const historyPathOf = (path: string, seed: number): string => path.replace(/(\.[^./\\]*)?$/, `-${seed}$1`);

async function runSeeds(values: Values): Promise<boolean> {
  const first = integer('seed', values.seed, 0, 2 ** 31);
  const count = integer('seeds', values.seeds, 1, 1_000_000);
  const startedMs = performance.now();
  let violated = 0;
  let virtualUs = 0;
  let last = '';
  const totals = new SimTotals();
  let firstFailed: number | undefined;
  const take = (result: SeedResult): void => {
    virtualUs += result.virtualUs;
    last = result.digest;
    totals.add(result.totals);
    if (result.bad) violated++;
    if (result.bad) firstFailed ??= result.seed;
    process.stdout.write(`${result.lines.join('\n')}\n`);
  };
  // The first tells what is wrong with the options, before there are many processes to say so.
  take(runSeed(first, values));
  const others = Array.from({ length: count - 1 }, (_, i): SeedTask => ({ seed: first + 1 + i }));
  const args = [...process.argv.slice(2), CHILD];
  const script = fileURLToPath(import.meta.url);
  for await (const result of answersInOrder<SeedTask, SeedResult>(script, args, others, PROCESSES)) take(result);
  const wallMs = performance.now() - startedMs;
  if (firstFailed !== undefined && !values['no-shrink']) {
    process.stdout.write(`seed ${firstFailed}:\n`);
    await shrinkRun(failedRun(firstFailed, values));
  }
  process.stdout.write(`${(virtualUs / 1000 / wallMs).toFixed(0)} virtual s per wall s over all\n`);
  const isUsual =
    values.keyspace === 'strong' && values.model === 'kv' && values.r === undefined && values.w === undefined;
  const mustCover = values.faults === 'all' && isUsual && values.break.length === 0;
  const { lines, proven } = totals.conclude(mustCover);
  for (const text of lines) process.stdout.write(`${text}\n`);
  process.stdout.write(`${count} seeds, ${violated} failed\n`);
  if (values.digest) process.stdout.write(`${last}\n`);
  return violated === 0 && proven;
}

function runFile(path: string, values: Values): boolean {
  if (values.break.length > 0) fail('--break is for seeds: what is broken in a saved run stands in its actions');
  let saved: ReturnType<typeof decodeRun>;
  try {
    saved = decodeRun(readFileSync(path, 'utf8'));
  } catch (error) {
    stop(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const keepHistory = openHistory({ ...values, seeds: '1' }, 0);
  const report = replay(saved);
  const equal = report.digest === saved.digest;
  keepHistory?.(report);
  process.stdout.write(`${path}  ${line(report)}\n`);
  for (const violation of report.violations.slice(0, 10)) process.stdout.write(`  ${violation}\n`);
  process.stdout.write(
    equal ? 'the digest is the one in the file\n' : `the file says ${saved.digest}: not the same run\n`,
  );
  if (values.digest) process.stdout.write(`${report.digest}\n`);
  return equal && report.violations.length === 0;
}

async function main(): Promise<boolean> {
  let values: Values;
  try {
    values = parse();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  if (values['list-breaks']) {
    process.stdout.write(`${breakList()}\n`);
    return true;
  }
  return values.run === undefined ? runSeeds(values) : runFile(values.run, values);
}

if (process.argv.includes(CHILD)) {
  const values = parse();
  answerTasks(({ seed }: SeedTask) => runSeed(seed, values));
} else {
  // Somebody who pipes into `head` has seen enough.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  process.exitCode = (await main()) ? 0 : 1;
}
