import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type Configuration, isQuorum } from '../core/raft/configuration.ts';
import type { ClockModel } from './clock-model.ts';
import type { Violation } from './invariants.ts';

/**
 * What lease safety rests on, ahead of the election that would break it: a leader's lease ends, in true time, before the promises of a quorum do,
 * its own among them. A promise lasts for the shortest election timeout of the voter's own clock, from the moment when it heard its leader.
 *
 * Nodes do not tell of promises. They tell when they set their election timers, which they do whenever they promise, and now and then besides: so a
 * promise counts as longer here than it may be, never as shorter, and dead voters keep theirs, as they keep still when they come back.
 */
export class PromiseInvariant {
  private readonly clock: (node: NodeId) => ClockModel;
  private readonly promiseUs: Micros;
  private readonly configurationOf: (shard: ShardId, node: NodeId) => Configuration | undefined;
  /** By shard, then node: until when it has promised, on its own clock. */
  private readonly promised: Map<NodeId, Micros>[] = [];

  /**
   * @param clock the clocks that a node really has just now
   * @param promiseUs the shortest election timeout
   * @param configurationOf whom a replica takes for voters
   */
  constructor(
    clock: (node: NodeId) => ClockModel,
    promiseUs: Micros,
    configurationOf: (shard: ShardId, node: NodeId) => Configuration | undefined,
  ) {
    this.clock = clock;
    this.promiseUs = promiseUs;
    this.configurationOf = configurationOf;
  }

  check(event: TraceEvent): Violation | undefined {
    if (event.type === 'DeadlineSet') {
      const untilUs = this.clock(event.node).read(event.timeUs).monotonicUs + this.promiseUs;
      this.ofShard(event.shard).set(event.node, untilUs);
      return undefined;
    }
    if (event.type !== 'LeaseSet' || event.waitUs === 0) return undefined;
    const { node, shard, timeUs, waitUs } = event;
    const clock = this.clock(node);
    const endUs = clock.virtualAt(clock.read(timeUs).monotonicUs + waitUs);
    const promised = this.ofShard(shard);
    const keeps = (voter: NodeId): boolean =>
      voter === node || this.clock(voter).read(endUs).monotonicUs <= (promised.get(voter) ?? 0);
    const configuration = this.configurationOf(shard, node);
    if (configuration === undefined || isQuorum(configuration, keeps)) return undefined;
    const detail = `n${node} has a lease until ${endUs} µs in s${shard}, and the promises of a quorum end before that`;
    return { invariant: 'LeaseSafety', detail };
  }

  private ofShard(shard: ShardId): Map<NodeId, Micros> {
    this.promised[shard] ??= new Map();
    return this.promised[shard];
  }
}
