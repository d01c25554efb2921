import type { ShardId } from '../../core/base/ids.ts';
import { createRandomStream } from '../../core/base/random.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Operation } from '../../core/client/operation.ts';
import type { TimedAction } from '../../core/cluster/action.ts';
import { CLASSROOM, createHeader } from '../../core/cluster/presets.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { InProcessHosts, runUntil } from '../../sim/in-process-host.ts';
import type { HostCall, HostReply } from '../../sim/round.ts';
import { World } from '../../sim/world.ts';

/**
 * What it costs to keep the replicas compared, in either keyspace: the same writes with periodic checks at the default interval and without any, in this
 * process. What is counted is the processor's time of the nodes alone, and neither the world around them nor its invariants. The two follow each other in pairs, so that
 * whatever else the machine does meets both; which of them goes first alternates.
 */
const PAIRS = 5;
const SECONDS = 64;
const WRITES_PER_SECOND = 100;
const KEYS = 4000;
const VALUE_BYTES = 100;
const SECOND_US = 1_000_000;
/** Of write throughput, beyond the spread. */
const COST_MAX = 0.05;

export interface ChecksFigure {
  readonly name: string;
  /** Acknowledged writes per second of the nodes' time, medians. */
  readonly writesPerSecond: number;
  readonly writesPerSecondUnchecked: number;
  /** The part of the throughput that checks cost, median of the pairs; negative: none. */
  readonly cost: number;
  /** Half of what lies between the least and the greatest of the pairs' costs, without these two themselves. */
  readonly spread: number;
  /** Of the strong keyspace: of one shard's replicas with each other; of the eventual one: of two homes. */
  readonly checks: number;
  /** Rows that a replica reads for a check, on average; where the keyspace is eventual, whoever asks: those of leaves that changed since. */
  readonly keysPerCheck: number;
}

/** Hosts whose nodes' time is taken. */
class TimedHosts extends InProcessHosts {
  nodesUs = 0;

  override perform(call: HostCall): HostReply {
    const before = process.cpuUsage();
    const reply = super.perform(call);
    const { user, system } = process.cpuUsage(before);
    this.nodesUs += user + system;
    return reply;
  }
}

type BenchedKeyspace = 'strong' | 'eventual';

const putOf = (keyspace: BenchedKeyspace, key: Uint8Array, value: Uint8Array): Operation =>
  keyspace === 'strong' ? { type: 'Put', key, value } : { type: 'EventualWrite', key, value, w: 2, sloppy: true };

function writes(keyspace: BenchedKeyspace): readonly TimedAction[] {
  const draw = createRandomStream(1, 'bench', 'checks', 0);
  const value = encodeUtf8('v'.repeat(VALUE_BYTES));
  const count = (SECONDS - 2) * WRITES_PER_SECOND;
  return Array.from({ length: count }, (_, i): TimedAction => {
    const key = encodeUtf8(`key-${draw.between(0, KEYS - 1)}`);
    const options = { timeoutUs: 2 * SECOND_US, via: undefined };
    const timeUs = SECOND_US + Math.floor((i * SECOND_US) / WRITES_PER_SECOND);
    return { timeUs, action: { type: 'Operate', client: 'client', operation: putOf(keyspace, key, value), options } };
  });
}

interface Carried {
  readonly writesPerSecond: number;
  readonly checks: number;
  readonly keysPerCheck: number;
}

function carry(keyspace: BenchedKeyspace, checkIntervalUs: number): Carried {
  const actions = writes(keyspace);
  const config = { ...CLASSROOM, limits: { ...CLASSROOM.limits, checkIntervalUs } };
  const keys = new Map<ShardId, number>();
  let [acknowledged, checks, scanned] = [0, 0, 0];
  const observe = (event: TraceEvent): void => {
    if (event.type === 'EntryApplied') keys.set(event.shard, event.keys);
    if (event.type === 'OperationCompleted' && event.outcome.status === 'ok') acknowledged++;
    if (event.type !== (keyspace === 'strong' ? 'CheckCompleted' : 'SyncEnded')) return;
    checks++;
    scanned += event.type === 'SyncEnded' ? event.scanned : (keys.get(event.shard) ?? 0);
  };
  const hosts = new TimedHosts();
  runUntil(
    new World(createHeader('bench-checks', 1, config), { actions, observe, trace: false }),
    hosts,
    SECONDS * SECOND_US,
    false,
  );
  if (acknowledged !== actions.length) throw new Error(`${actions.length - acknowledged} writes were not acknowledged`);
  const writesPerSecond = acknowledged / (hosts.nodesUs / SECOND_US);
  return { writesPerSecond, checks, keysPerCheck: checks === 0 ? 0 : scanned / checks };
}

const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;

export function benchChecks(keyspace: BenchedKeyspace): ChecksFigure {
  const { checkIntervalUs } = CLASSROOM.limits;
  // Until the code is compiled.
  carry(keyspace, checkIntervalUs);
  const pairs = Array.from({ length: PAIRS }, (_, i) => {
    const first = carry(keyspace, i % 2 === 0 ? checkIntervalUs : 0);
    const second = carry(keyspace, i % 2 === 0 ? 0 : checkIntervalUs);
    return i % 2 === 0 ? { checked: first, unchecked: second } : { checked: second, unchecked: first };
  });
  const costs = sorted(pairs.map(({ checked, unchecked }) => 1 - checked.writesPerSecond / unchecked.writesPerSecond));
  const [
    {
      checked: { checks, keysPerCheck },
    } = { checked: { checks: 0, keysPerCheck: 0 } },
  ] = pairs;
  return {
    name: `Merkle checks, ${keyspace}, 3 nodes × 8 shards`,
    writesPerSecond: median(pairs.map(({ checked }) => checked.writesPerSecond)),
    writesPerSecondUnchecked: median(pairs.map(({ unchecked }) => unchecked.writesPerSecond)),
    cost: median(costs),
    spread: ((costs[PAIRS - 2] ?? 0) - (costs[1] ?? 0)) / 2,
    checks,
    keysPerCheck,
  };
}

export const withinCost = ({ cost, spread }: ChecksFigure): boolean => cost <= COST_MAX + spread;

export function checksLine(figure: ChecksFigure): string {
  const { name, writesPerSecond, writesPerSecondUnchecked, cost, spread, checks, keysPerCheck } = figure;
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const rates = `${Math.round(writesPerSecond)} writes/s of the nodes' time, ${Math.round(writesPerSecondUnchecked)} without`;
  const verdict = withinCost(figure) ? '' : `  MORE THAN ${percent(COST_MAX)} AND THE SPREAD`;
  return `${name.padEnd(42)} ${rates}  cost ${percent(cost)} ± ${percent(spread)}  ${checks} checks of ${Math.round(keysPerCheck)} keys a replica${verdict}`;
}
