import { NO_NODE, type NodeId, type ShardId, shardId } from '../../../core/base/ids.ts';
import { replicationFactorOf } from '../../../core/cluster/placement.ts';
import { copiesMoving, moduloChange, partsMoving } from '../../../core/cluster/ring-spread.ts';
import type { RunConfig } from '../../../core/cluster/run.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { Moved, ReplicaMove } from '../../../core/ring/placement-moves.ts';
import type { PlacementView } from '../../store/placement-view.ts';
import { ringNodesOf, ringOf } from '../../store/ring-now.ts';
import type { ViewModel } from '../../store/view-model.ts';

/** What the last change of the ring has to move, beside what is the least and what another way of placing would have. */
export interface ChangeFigures {
  readonly epochs: readonly [before: number, after: number];
  readonly joined: readonly NodeId[];
  readonly gone: readonly NodeId[];
  readonly nodes: readonly [before: number, after: number];
  readonly vnodes: readonly [before: number, after: number];
  /** The copies that get another node. */
  readonly moving: readonly ReplicaMove[];
  /** How many these are, of all that there are. */
  readonly copies: readonly [moving: number, all: number];
  /** Shards that have such a copy. */
  readonly shards: readonly [moving: number, all: number];
  /** Copies of live keys, as last counted. */
  readonly keys: readonly [moving: number, all: number];
  readonly ring: Moved;
  /** The least that keeps the nodes even: the part of one node; undefined: nodes neither came nor went. */
  readonly ideal: number | undefined;
  /** `hash mod N`; undefined where N is what it was. */
  readonly modulo: Moved | undefined;
}

/** Undefined: the ring has not changed. */
export function changeFigures(model: ViewModel, config: RunConfig): ChangeFigures | undefined {
  const { change, ring: now } = model.placement;
  if (change === undefined) return undefined;
  const [before, after] = [ringOf(config, change.before), ringOf(config, now)];
  const [had, has] = [ringNodesOf(config, change.before.members), ringNodesOf(config, now.members)];
  const moving = copiesMoving(before, after).filter(({ to }) => to !== NO_NODE);
  const all = allShards(config);
  const keysOf = (shard: ShardId) => model.keys.get(shard)?.keys ?? 0;
  const sum = (shards: readonly ShardId[], of: (shard: ShardId) => number) =>
    shards.reduce((total, shard) => total + of(shard), 0);
  const copiesOf = (shard: ShardId) => after.replicas(shard).length;
  return {
    epochs: [change.before.epoch, now.epoch],
    joined: has.filter((node) => !had.includes(node)),
    gone: had.filter((node) => !has.includes(node)),
    nodes: [had.length, has.length],
    vnodes: [change.before.vnodes ?? config.vnodes, now.vnodes ?? config.vnodes],
    moving,
    copies: [moving.length, sum(all, copiesOf)],
    shards: [new Set(moving.map(({ shard }) => shard)).size, config.shards],
    keys: [
      sum(
        moving.map(({ shard }) => shard),
        keysOf,
      ),
      sum(all, (shard) => keysOf(shard) * copiesOf(shard)),
    ],
    ring: partsMoving(before, after),
    ideal: had.length === has.length ? undefined : Math.abs(has.length - had.length) / Math.max(had.length, has.length),
    modulo: had.length === has.length ? undefined : moduloChange(had.length, has.length, replicationFactorOf(config)),
  };
}

/** `n4 joins the ring`, and when all of it has moved `n4 joined the ring`; `n2 is off the ring`, `500 vnodes a node instead of 150`. */
export function changeTitle({ joined, gone, vnodes: [had, has] }: ChangeFigures, isOver: boolean): string {
  const parts = [
    joined.length === 0
      ? ''
      : `${names(joined)} ${isOver ? 'joined' : joined.length === 1 ? 'joins' : 'join'} the ring`,
    gone.length === 0 ? '' : `${names(gone)} ${gone.length === 1 ? 'is' : 'are'} off the ring`,
    had === has ? '' : `${has} vnodes a node instead of ${had}`,
  ];
  return parts.filter(Boolean).join(', ') || 'The ring changed';
}

const names = (nodes: readonly NodeId[]): string => nodes.map(nodeName).join(', ');

/** How far the copies have come that the last change of the ring gave another node: `done`, `underWay` and `waiting` are all of them. */
export interface Progress {
  readonly done: number;
  readonly underWay: number;
  readonly waiting: number;
  /** Moves under way that the change did not ask for: of the meta group, in place of what a wiped disk held, or of a change before it. */
  readonly beside: number;
}

/** @param shardVoters who votes in a shard now */
export function progressOf(
  { change, moves, ended }: PlacementView,
  figures: ChangeFigures | undefined,
  shardVoters: (shard: ShardId) => readonly NodeId[],
): Progress {
  const since = change?.timeUs ?? 0;
  const finished = new Set(
    ended.flatMap(({ shard, to, outcome, endedUs }) =>
      outcome === 'finished' && endedUs >= since ? [`${shard} ${to}`] : [],
    ),
  );
  let [done, underWay] = [0, 0];
  const wanted = figures?.moving ?? [];
  for (const { shard, to } of wanted) {
    // Once it has come it has come, whatever befalls its disk later.
    if (finished.has(`${shard} ${to}`)) done++;
    else if (moves.get(shard)?.to === to) underWay++;
    // It had one still, from a ring before.
    else if (shardVoters(shard).includes(to)) done++;
  }
  return { done, underWay, waiting: wanted.length - done - underWay, beside: moves.size - underWay };
}

/** The shards whose replicas are not where they are meant to be, and that nothing moves. */
export function waitingShards(
  { ring, moves }: PlacementView,
  config: RunConfig,
  shardVoters: (shard: ShardId) => readonly NodeId[],
): readonly ShardId[] {
  const placed = ringOf(config, ring);
  return allShards(config).filter((shard) => {
    const voters = shardVoters(shard);
    if (voters.length === 0 || moves.has(shard)) return false;
    const desired = placed.replicas(shard);
    return desired.length !== voters.length || desired.some((node) => !voters.includes(node));
  });
}

const allShards = ({ shards }: RunConfig): readonly ShardId[] => Array.from({ length: shards }, (_, i) => shardId(i));
