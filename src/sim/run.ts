import type { Micros } from '../core/base/ids.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import type { RunConfig, RunHeader, SavedRun } from '../core/cluster/run.ts';
import type { Counters } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { CLOCK_MODES, CONFLICTS } from '../core/replication/choices.ts';
import { Availability, type Outage, outageText } from './availability.ts';
import { BATCHES } from './batch-atomicity.ts';
import { describeViolation, type HistoryVerdict, TIMES } from './checker/check-history.ts';
import type { HistoryOperation } from './checker/operation.ts';
import { ClockBounds } from './clock-bounds.ts';
import { DamagedReplicas } from './damaged-replicas.ts';
import { compareRoots } from './equal-roots.ts';
import { judgeEventual } from './eventual-end.ts';
import { EventualJudge, type JudgeTally } from './eventual-judge.ts';
import { unservedShards } from './fresh-client.ts';
import { History, judgeHistory } from './history.ts';
import { InProcessHosts, runUntil } from './in-process-host.ts';
import type { Traffic } from './network-model.ts';
import { unsettled } from './settled.ts';
import { World } from './world.ts';

/** A rule of the checks that a run broke. */
export interface FoundViolation {
  /** The invariant's name, `crash` or `linearizability`. */
  readonly rule: string;
  /** In words. */
  readonly text: string;
  /** Undefined: only the whole history shows it. */
  readonly timeUs: Micros | undefined;
}

export interface EventualTally extends JudgeTally {
  /** Of comparing, behind the end of the run, until all homes held the same; 0: they did, or that was not asked (`converges`). */
  readonly rounds: number;
}

export interface RunReport {
  readonly digest: string;
  readonly events: number;
  /** Reports of nodes that the invariant checks examined. */
  readonly examined: number;
  /** In words; what clients saw that is not linearizable comes last, with the operations that show it on lines of their own. */
  readonly violations: readonly string[];
  /** The same, as found. */
  readonly found: readonly FoundViolation[];
  /** Keys whose history has too many orders to try them all: nothing wrong was found in them, and nothing proven. */
  readonly undecided: readonly string[];
  /** What clients saw. */
  readonly history: readonly HistoryOperation[];
  /** The same in the eventual keyspace; of siblings a read is told of the one that would win. */
  readonly eventual: readonly HistoryOperation[];
  /** What the judge of that keyspace found and does not hold against it. */
  readonly eventually: EventualTally;
  readonly traffic: Readonly<Traffic>;
  /** How often what a scan saw of a batch was held against the rest of the batch. */
  readonly batchesCompared: number;
  /** Replicas whose Merkle root was held, at the end, against that of another one with as much applied. */
  readonly rootsCompared: number;
  /** How often a shard ceased to serve, and the longest that a majority could have ended; 0 where that is not asked (`settleUs`). */
  readonly refusals: number;
  readonly longestRefusalUs: Micros;
  readonly counters: Counters;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly failed: number;
  readonly actions: readonly TimedAction[];
}

export interface RunOptions {
  /** One event a round: slower, the same run. */
  readonly single?: boolean;
  readonly observe?: (event: TraceEvent) => void;
  /** Describes messages too. */
  readonly trace?: boolean;
  /**
   * Goes on behind the end for so long at most, until every replica is where it is meant to be; that it comes to that is a rule then, that nobody
   * is refused meanwhile whom a majority could serve (`availability.ts`), and that a new client is served in the end (`fresh-client.ts`).
   */
  readonly settleUs?: Micros;
  /** The eventual keyspace is to converge: it goes on behind the end, until all homes hold the same, or their time is up. */
  readonly converges?: boolean;
  /** Reads that may be stale are judged as if they might not: what they show is not linearizable then. */
  readonly takesStale?: boolean;
}

/** A whole run in this process, with every check on. */
export function runInProcess(
  header: RunHeader,
  actions: readonly TimedAction[],
  endUs: Micros,
  options: RunOptions = {},
): RunReport {
  const { takesStale = false } = options;
  const clocks = new ClockBounds(header.config.clocks);
  const history = new History(clocks, { damaged: new DamagedReplicas(), takesStale });
  const eventualHistory = new History(new ClockBounds(header.config.clocks), { keyspace: 'eventual' });
  const judge = judgeOf(header.config);
  const broken: FoundViolation[] = [];
  const crashes: FoundViolation[] = [];
  const availability = options.settleUs === undefined ? undefined : new Availability(header.config);
  const refused = (outages: readonly Outage[] = []): void => {
    for (const outage of outages)
      broken.push({ rule: 'Availability', text: `Availability: ${outageText(outage)}`, timeUs: outage.toUs });
  };
  const world = new World(header, {
    actions,
    trace: options.trace ?? false,
    observe: (event) => {
      history.observe(event);
      eventualHistory.observe(event);
      const untrue = judge.observe(event);
      const { timeUs } = event;
      if (untrue !== undefined) broken.push({ rule: EVENTUAL, text: `${EVENTUAL}: ${untrue}`, timeUs });
      refused(availability?.observe(event));
      const violated = violationOf(event);
      if (violated !== undefined) broken.push(violated);
      if (isCrash(event)) crashes.push({ rule: 'crash', text: `n${event.node} crashed: ${event.reason}`, timeUs });
      options.observe?.(event);
    },
  });
  const hosts = new InProcessHosts();
  runUntil(world, hosts, endUs, options.single ?? false);
  world.takeTrace();
  const digest = world.digest();
  // What is done from here on to judge the run is no part of it.
  const taken = [...world.log];
  const unsettledGroups = settle(world, hosts, endUs, options);
  const isJudged = options.settleUs !== undefined && unsettledGroups.length === 0;
  const unserved = isJudged ? unservedShards(world, hosts, header.config, options.single ?? false) : [];
  refused(availability?.end(world.nowUs));
  const { operations, torn } = history.end();
  const verdict = judgeHistory(operations);
  const roots = compareRoots(hosts.roots());
  const converged = options.converges === true ? judgeEventual(judge, world, hosts, header.config) : undefined;
  const found = [
    ...broken,
    ...unexpectedCrashes(crashes, actions),
    ...inTheEnd('EqualRoots', roots.violations),
    ...historyViolations(verdict),
    ...(converged?.violations ?? []).flatMap((text) => inTheEnd(EVENTUAL, [`${EVENTUAL}: ${text}`])),
    ...torn.flatMap(({ text }) => inTheEnd(BATCHES, [`${BATCHES}: ${text}`])),
    ...unsettledGroups.flatMap((text) => inTheEnd('Settled', [`Settled: ${text}`])),
    ...unserved.flatMap((text) => inTheEnd('Served', [`Served: ${text}`])),
  ];
  return {
    digest,
    events: world.events,
    examined: world.examined,
    violations: found.map(({ text }) => text),
    found,
    undecided: verdict.verdict === 'unknown' ? verdict.keys : [],
    history: operations,
    eventual: eventualHistory.end().operations,
    eventually: { ...judge.tally, rounds: converged?.rounds ?? 0 },
    traffic: world.traffic,
    batchesCompared: history.batchesCompared,
    rootsCompared: roots.compared,
    refusals: availability?.refusals ?? 0,
    longestRefusalUs: availability?.longestUs ?? 0,
    counters: world.snapshot().counters,
    acknowledged: history.acknowledged + eventualHistory.acknowledged,
    unknown: history.unknown + eventualHistory.unknown,
    failed: history.failed + eventualHistory.failed,
    actions: taken,
  };
}

function judgeOf({ limits }: RunConfig): EventualJudge {
  return new EventualJudge(CLOCK_MODES[limits.clockMode], CONFLICTS[limits.conflicts]);
}

const isCrash = (event: TraceEvent): event is TraceEvent & { readonly type: 'NodeCrashed' } =>
  event.type === 'NodeCrashed' && event.fault === undefined;

const inTheEnd = (rule: string, texts: readonly string[]): readonly FoundViolation[] =>
  texts.map((text) => ({ rule, text, timeUs: undefined }));

function violationOf(event: TraceEvent): FoundViolation | undefined {
  const { timeUs } = event;
  if (event.type === 'InvariantViolated')
    return { rule: event.invariant, text: `${event.invariant}: ${event.detail}`, timeUs };
  // Nobody corrupts what a snapshot carries; a disk may damage what it wrote, which then cannot be read back, and comes to no root.
  if (event.type !== 'SnapshotRefused' || event.found === '') return undefined;
  const { node, from, shard, index, expected, found } = event;
  const what = `n${node} had from n${from} a snapshot of s${shard} at entry ${index}`;
  return { rule: 'EqualRoots', text: `EqualRoots: ${what} with ${found}, not ${expected}`, timeUs };
}

/** @returns what is not as it is meant to be, in words */
function settle(
  world: World,
  hosts: InProcessHosts,
  endUs: Micros,
  { settleUs, single }: RunOptions,
): readonly string[] {
  if (settleUs === undefined) return [];
  const isAtRest = (): boolean => unsettled(world.metaState).length === 0 && world.quiet();
  for (let timeUs = endUs; timeUs < endUs + settleUs && !isAtRest(); timeUs += SETTLE_STEP_US)
    runUntil(world, hosts, timeUs + SETTLE_STEP_US, single ?? false);
  world.takeTrace();
  const found = unsettled(world.metaState);
  return found.length > 0 || world.quiet() ? found : ['a replica has not applied all that its leader holds'];
}

/** The rule that `EventualJudge` judges by. */
const EVENTUAL = 'Eventual';
const SETTLE_STEP_US = 250_000;

function historyViolations(found: HistoryVerdict): readonly FoundViolation[] {
  if (found.verdict !== 'not linearizable') return [];
  const { violation } = found;
  const text = [`${violation.key} is not linearizable`, ...describeViolation(violation, TIMES)].join('\n    ');
  return [{ rule: 'linearizability', text, timeUs: undefined }];
}

/** Deaths that the record knows are part of the run; any other crash is a bug. */
function unexpectedCrashes(
  crashes: readonly FoundViolation[],
  actions: readonly TimedAction[],
): readonly FoundViolation[] {
  const known = actions.flatMap(({ action }) =>
    action.type === 'Died' ? [`n${action.node} crashed: ${action.reason}`] : [],
  );
  return crashes.filter(({ text }) => !known.includes(text));
}

/** Replays a saved run from its beginning; its digest must be the one in the file. */
export const replay = (run: SavedRun, options: RunOptions = {}): RunReport =>
  runInProcess(run.header, run.actions, run.endUs, options);
