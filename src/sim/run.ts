import type { Micros } from '../core/base/ids.ts';
import type { TimedAction } from '../core/cluster/action.ts';
import type { RunHeader, SavedRun } from '../core/cluster/run.ts';
import type { Counters } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { BATCHES } from './batch-atomicity.ts';
import { describeViolation, type HistoryVerdict, TIMES } from './checker/check-history.ts';
import type { HistoryOperation } from './checker/operation.ts';
import { ClockBounds } from './clock-bounds.ts';
import { askContents, compareContents } from './equal-data.ts';
import { History, judgeHistory } from './history.ts';
import { InProcessHosts, runUntil } from './in-process-host.ts';
import type { Traffic } from './network-model.ts';
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
  readonly traffic: Readonly<Traffic>;
  /** How often what a scan saw of a batch was held against the rest of the batch. */
  readonly batchesCompared: number;
  /** How many replicas' stores were held, row by row, against that of another one at the same applied index. */
  readonly contentsCompared: number;
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
}

/** A whole run in this process, with every check on. */
export function runInProcess(
  header: RunHeader,
  actions: readonly TimedAction[],
  endUs: Micros,
  options: RunOptions = {},
): RunReport {
  const history = new History(new ClockBounds(header.config.clocks));
  const broken: FoundViolation[] = [];
  const crashes: FoundViolation[] = [];
  const world = new World(header, {
    actions,
    trace: options.trace ?? false,
    observe: (event) => {
      history.observe(event);
      const { timeUs } = event;
      if (event.type === 'InvariantViolated')
        broken.push({ rule: event.invariant, text: `${event.invariant}: ${event.detail}`, timeUs });
      if (event.type === 'NodeCrashed' && event.fault === undefined)
        crashes.push({ rule: 'crash', text: `n${event.node} crashed: ${event.reason}`, timeUs });
      options.observe?.(event);
    },
  });
  const hosts = new InProcessHosts();
  runUntil(world, hosts, endUs, options.single ?? false);
  world.takeTrace();
  const digest = world.digest();
  const contents = compareContents(askContents(world, hosts));
  const { operations, torn } = history.end();
  const verdict = judgeHistory(operations);
  const found = [
    ...broken,
    ...unexpectedCrashes(crashes, actions),
    ...historyViolations(verdict),
    ...torn.map(({ text }): FoundViolation => ({ rule: BATCHES, text: `${BATCHES}: ${text}`, timeUs: undefined })),
    ...contents.violations.map((text): FoundViolation => ({ rule: 'EqualData', text, timeUs: undefined })),
  ];
  return {
    digest,
    events: world.events,
    examined: world.examined,
    violations: found.map(({ text }) => text),
    found,
    undecided: verdict.verdict === 'unknown' ? verdict.keys : [],
    history: operations,
    traffic: world.traffic,
    batchesCompared: history.batchesCompared,
    contentsCompared: contents.compared,
    counters: world.snapshot().counters,
    acknowledged: history.acknowledged,
    unknown: history.unknown,
    failed: history.failed,
    actions: world.log,
  };
}

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
