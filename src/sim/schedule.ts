import { type Micros, type NodeId, nodeId } from '../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation } from '../core/client/operation.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import type { NetworkConfig } from '../core/cluster/run.ts';
import type { HistoryModel } from './checker/history-line.ts';
import { drawBatches } from './draw-batches.ts';
import { drawChurn } from './draw-churn.ts';
import { drawDiskFaults } from './draw-disk-faults.ts';
import { type Levels, withLevels } from './draw-levels.ts';
import { drawBridges, drawDuplication, drawOneWays, drawReordering, drawSpikes } from './draw-network-faults.ts';
import { drawClockChanges, drawFreezes } from './draw-node-faults.ts';
import { drawReconfigurations } from './draw-reconfigurations.ts';
import { drawRowDamage } from './draw-row-damage.ts';
import { drawTransfers } from './draw-transfers.ts';

export interface ScheduleOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly durationUs: Micros;
  readonly operationsPerSecond: number;
  readonly faults: ReadonlySet<Fault>;
  /** Decides which nodes' disks may be damaged together, and what is handed over or changed; 8 where it is not given. */
  readonly shards?: number;
  /** What clients do: all there is (`kv`, where it is not given), or reads, writes and CAS alone, which any checker of registers can judge. */
  readonly model?: HistoryModel;
  /** What links go back to after a delay spike; those of `classroom` where it is not given. */
  readonly network?: NetworkConfig;
  /** Replicas of a shard; 3 where it is not given. */
  readonly replicationFactor?: number;
  /** The settings of R and W that clients ask with; where they are not given, every third read is by ReadIndex and all else as usual. */
  readonly levels?: Levels;
}

const DRAWN_IN_TURN = ['kill', 'partition', 'loss', 'delay'] as const;
type Drawer = (options: ScheduleOptions, calmUs: Micros) => TimedAction[];
/** Each from a stream of its own: with it or without, a seed draws the same of all else. Where times are equal, earlier kinds come first. */
const DRAWN_APART = {
  disk: drawDiskFaults,
  transfer: drawTransfers,
  reconfigure: drawReconfigurations,
} satisfies Record<string, Drawer>;
const DRAWN_LATER = {
  freeze: drawFreezes,
  clock: drawClockChanges,
  bridge: drawBridges,
  'one-way': drawOneWays,
  spike: drawSpikes,
  duplicate: drawDuplication,
  reorder: drawReordering,
} satisfies Record<string, Drawer>;
/** Only where they are asked for. Rows: every flipped bit, and every change of voters, may leave no majority that is right. Churn: moves take their time, and voters that somebody changes by hand are in their way. */
const DRAWN_ON_DEMAND = { churn: drawChurn, rows: drawRowDamage } satisfies Record<string, Drawer>;
export type Fault =
  | (typeof DRAWN_IN_TURN)[number]
  | keyof typeof DRAWN_APART
  | keyof typeof DRAWN_LATER
  | keyof typeof DRAWN_ON_DEMAND;
export const FAULTS = [...DRAWN_IN_TURN, ...Object.keys(DRAWN_APART), ...Object.keys(DRAWN_LATER)] as readonly Fault[];
/** `FAULTS`, and those that must be asked for by name. */
export const KNOWN_FAULTS = [...FAULTS, ...Object.keys(DRAWN_ON_DEMAND)] as readonly Fault[];

const SECOND = 1_000_000;
const CLIENTS = ['client', 'a', 'b', 'c'];
const KEYS = 24;
const TIMEOUT_US = 2 * SECOND;
/** Writes at once, so that a kill shortly after finds some of them on their way to disk: a kill at a random moment hardly ever does. */
const BURST = 8;
const BURST_US = 25_000;

/**
 * Operations and faults of a whole run, drawn from the seed before it starts. Values are unique, so that a read tells which write it saw. The
 * last fifth is calm: everything healed and revived, so that the cluster must come back.
 */
export function drawSchedule(options: ScheduleOptions): TimedAction[] {
  const draw = createRandomStream(options.seed, 'schedule', 'nemesis', 0);
  const operations = drawOperations(options, draw);
  // Disks first among equals in time: what is down for its disk is revived when the disk is well.
  const actions = [
    ...operations,
    ...(options.model === 'register' ? [] : drawTagged(options)),
    ...drawApart(options, DRAWN_APART),
    ...drawFaults(options, draw, operations.length),
    ...drawApart(options, DRAWN_LATER),
    ...drawApart(options, DRAWN_ON_DEMAND),
  ];
  const sorted = actions.sort((a, b) => a.timeUs - b.timeUs);
  return options.levels === undefined ? sorted : withLevels(sorted, options.seed, options.levels);
}

const drawApart = (options: ScheduleOptions, drawers: Readonly<Record<string, Drawer>>): TimedAction[] =>
  Object.entries(drawers).flatMap(([fault, draw]) =>
    options.faults.has(fault as Fault) ? draw(options, calmFrom(options.durationUs)) : [],
  );

function drawOperations(
  { durationUs, operationsPerSecond, model }: ScheduleOptions,
  draw: RandomStream,
): TimedAction[] {
  const drawOne = model === 'register' ? drawRegisterOperation : drawOperation;
  const { count, marginUs } = extentOf(durationUs, operationsPerSecond);
  return Array.from({ length: count }, (_, i) =>
    operate(draw.between(marginUs, durationUs - marginUs), draw, drawOne(draw, i)),
  );
}

/** Batches and what meets them; an eighth as many as other operations. */
function drawTagged({ seed, durationUs, operationsPerSecond }: ScheduleOptions): TimedAction[] {
  const { count, marginUs } = extentOf(durationUs, operationsPerSecond / 8);
  return drawBatches(seed, count, CLIENTS.length).map(({ share, client, operation }) => ({
    timeUs: marginUs + Math.floor(share * (durationUs - 2 * marginUs)),
    action: {
      type: 'Operate',
      client: CLIENTS[client] as string,
      operation,
      options: { timeoutUs: TIMEOUT_US, via: undefined },
    },
  }));
}

/** How many operations, and how far from either end of the run. */
function extentOf(
  durationUs: Micros,
  operationsPerSecond: number,
): { readonly count: number; readonly marginUs: Micros } {
  // A second at either end for the first election and the last answers; a quarter where the run is shorter than that.
  const marginUs = Math.min(SECOND, Math.floor(durationUs / 4));
  return { count: Math.floor((durationUs / SECOND) * operationsPerSecond), marginUs };
}

function drawRegisterOperation(draw: RandomStream, number: number): Operation {
  const key = drawKey(draw);
  const value = encodeUtf8(`v${number}`);
  const kind = draw.between(0, 99);
  if (kind < 40) return { type: 'Put', key, value };
  if (kind < 80) return { type: 'Get', key, ...(number % 3 === 0 ? { read: 'index' } : {}) };
  return { type: 'Cas', key, expected: drawExpected(draw, number), value };
}

const drawKey = (draw: RandomStream): Uint8Array => encodeUtf8(`k${draw.between(0, KEYS - 1)}`);

/** Nothing, or what a recent operation may have written. */
const drawExpected = (draw: RandomStream, number: number): Uint8Array | undefined =>
  draw.chance(0.5) ? undefined : encodeUtf8(`v${Math.max(0, number - draw.between(1, 40))}`);

function drawOperation(draw: RandomStream, number: number): Operation {
  const key = drawKey(draw);
  const value = (): Uint8Array =>
    encodeUtf8(`v${number}${'.'.repeat(draw.chance(0.1) ? draw.between(0, 2000) : draw.between(0, 40))}`);
  const kind = draw.between(0, 99);
  if (kind < 45) return { type: 'Put', key, value: value(), ...drawTtl(draw) };
  if (kind < 82) return { type: 'Get', key, ...(number % 3 === 0 ? { read: 'index' } : {}) };
  if (kind < 90) return { type: 'Delete', key };
  if (kind < 96)
    return {
      type: 'Cas',
      key,
      expected: drawExpected(draw, number),
      value: value(),
      ...drawTtl(draw),
    };
  return {
    type: 'Scan',
    from: encodeUtf8(draw.chance(0.5) ? 'k' : `k${draw.between(0, KEYS - 1)}`),
    to: draw.chance(0.5) ? encodeUtf8('l') : undefined,
    limit: draw.between(1, KEYS),
    ...(draw.chance(0.5) ? { reverse: true } : {}),
  };
}

/** Short enough that most of them pass within the run, some while the shard has no leader. */
const drawTtl = (draw: RandomStream): { readonly ttlUs?: Micros } =>
  draw.chance(0.25) ? { ttlUs: draw.between(SECOND / 100, draw.chance(0.5) ? SECOND / 2 : 5 * SECOND) } : {};

function drawFaults(options: ScheduleOptions, draw: RandomStream, operations: number): TimedAction[] {
  const { nodes, durationUs, faults } = options;
  const kinds = DRAWN_IN_TURN.filter((fault) => faults.has(fault));
  const actions: TimedAction[] = [];
  if (kinds.length === 0) return actions;
  const calmUs = calmFrom(durationUs);
  const at = (timeUs: Micros, action: Action): void => {
    actions.push({ timeUs: Math.min(timeUs, calmUs - 1), action });
  };
  for (let timeUs = 2 * SECOND; timeUs < calmUs; timeUs += draw.between(SECOND / 4, 5 * SECOND)) {
    const fault = kinds[draw.between(0, kinds.length - 1)] as Fault;
    const node = nodeId(draw.between(1, nodes));
    const lastingUs = draw.between(SECOND / 20, 4 * SECOND);
    if (fault === 'kill') {
      if (operations > 0 && draw.chance(0.6)) actions.push(...drawBurst(draw, timeUs, operations + actions.length));
      drawKill(draw, node, nodes, timeUs, lastingUs, at);
    }
    if (fault === 'partition') drawPartition(draw, node, nodes, timeUs, lastingUs, at);
    else if (fault === 'loss') at(timeUs, { type: 'Configure', name: 'link.drop', value: draw.between(0, 20) / 100 });
    else if (fault === 'delay') drawDelay(draw, node, nodes, timeUs, at);
  }
  actions.push({ timeUs: calmUs, action: { type: 'Configure', name: 'link.drop', value: 0 } });
  actions.push({ timeUs: calmUs, action: { type: 'Heal', actor: undefined } });
  for (let node = 1; node <= nodes; node++)
    actions.push({ timeUs: calmUs, action: { type: 'Revive', node: nodeId(node) } });
  return actions;
}

/** The last fifth. */
const calmFrom = (durationUs: Micros): Micros => Math.floor(durationUs * 0.8);

/** Writes in the moments before `timeUs`. Their numbers are above those of all other operations, and above those of earlier bursts. */
function drawBurst(draw: RandomStream, timeUs: Micros, firstNumber: number): TimedAction[] {
  return Array.from({ length: BURST }, (_, i) => {
    const key = drawKey(draw);
    const operation: Operation = { type: 'Put', key, value: encodeUtf8(`v${firstNumber + i}`) };
    return operate(timeUs - draw.between(0, BURST_US), draw, operation);
  });
}

const operate = (timeUs: Micros, draw: RandomStream, operation: Operation): TimedAction => ({
  timeUs,
  action: {
    type: 'Operate',
    client: CLIENTS[draw.between(0, CLIENTS.length - 1)] as string,
    operation,
    options: { timeoutUs: TIMEOUT_US, via: undefined },
  },
});

type At = (timeUs: Micros, action: Action) => void;

/** One node, sometimes all at once, sometimes the same one again while it recovers. */
function drawKill(draw: RandomStream, node: NodeId, nodes: number, timeUs: Micros, lastingUs: Micros, at: At): void {
  const all = draw.chance(0.1);
  for (let victim = 1; victim <= nodes; victim++) {
    if (!all && victim !== node) continue;
    at(timeUs, { type: 'Kill', node: nodeId(victim) });
    at(timeUs + lastingUs + victim, { type: 'Revive', node: nodeId(victim) });
  }
  if (!draw.chance(0.2)) return;
  at(timeUs + lastingUs + 5000, { type: 'Kill', node });
  at(timeUs + lastingUs * 2, { type: 'Revive', node });
}

function drawPartition(
  draw: RandomStream,
  node: NodeId,
  nodes: number,
  timeUs: Micros,
  lastingUs: Micros,
  at: At,
): void {
  const name = `n${node}`;
  const other = `n${(node % nodes) + 1}`;
  const kind = draw.between(0, 2);
  if (kind === 0) at(timeUs, { type: 'Isolate', actor: name });
  else if (kind === 1) at(timeUs, { type: 'Cut', from: name, to: other, bothWays: draw.chance(0.5) });
  else at(timeUs, { type: 'Partition', groups: [[name, 'a']] });
  at(timeUs + lastingUs, { type: 'Heal', actor: undefined });
}

function drawDelay(draw: RandomStream, node: NodeId, nodes: number, timeUs: Micros, at: At): void {
  const to = `n${(node % nodes) + 1}`;
  const settings = {
    delayUs: draw.between(200, 120_000),
    duplicate: draw.between(0, 20) / 100,
    reorder: draw.between(0, 30) / 100,
  };
  at(timeUs, { type: 'Link', from: `n${node}`, to, bothWays: draw.chance(0.5), settings });
}
