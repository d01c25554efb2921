import type { Micros, NodeId } from '../core/base/ids.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { ClockModel } from './clock-model.ts';
import type { Violation } from './invariants.ts';

/**
 * What lease safety rests on, ahead of the election that would break it: a leader's lease ends, in true time, before the promises of a quorum do,
 * its own among them. A promise lasts for the shortest election timeout of the voter's own clock, from the moment when it heard its leader.
 *
 * Nodes do not tell of promises. They tell when they set their election timers, which they do whenever they promise, and now and then besides: so a
 * promise counts as longer here than it may be, never as shorter, and dead voters keep theirs, as they keep still when they come back.
 */
export class PromiseInvariant {
  private readonly clocks: readonly ClockModel[];
  private readonly promiseUs: Micros;
  /** Others whose promise a lease needs. */
  private readonly needed: number;
  /** By shard, then node: until when it has promised, on its own clock. */
  private readonly promised: Map<NodeId, Micros>[] = [];

  /** @param voters of a shard */
  constructor({ clocks, nodes, limits }: RunConfig, seed: number, voters: number) {
    this.clocks = Array.from({ length: nodes }, (_, i) => new ClockModel(clocks, seed, `n${i + 1}`));
    this.promiseUs = limits.electionTimeoutUsMin;
    this.needed = Math.floor(voters / 2);
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
    let kept = 0;
    for (const [voter, untilUs] of this.ofShard(shard)) {
      if (voter !== node && this.clock(voter).read(endUs).monotonicUs <= untilUs) kept++;
    }
    if (kept >= this.needed) return undefined;
    const detail = `n${node} has a lease until ${endUs} µs in s${shard}, and the promises of a quorum end before that`;
    return { invariant: 'LeaseSafety', detail };
  }

  private ofShard(shard: number): Map<NodeId, Micros> {
    this.promised[shard] ??= new Map();
    return this.promised[shard];
  }

  private clock(node: NodeId): ClockModel {
    return this.clocks[node - 1] as ClockModel;
  }
}
