import { type NodeId, nodeId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Action, ActionResult } from '../../core/cluster/action.ts';
import type { PendingEvent } from '../../core/cluster/pending-event.ts';
import { CLASSROOM, createHeader } from '../../core/cluster/presets.ts';
import type { RunConfig, RunHeader, SavedRun } from '../../core/cluster/run.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { InProcessHosts, performRound, runUntil } from '../in-process-host.ts';
import type { HostCall, HostReply, Round } from '../round.ts';
import { World } from '../world.ts';

export type MessageEvent = Extract<PendingEvent, { readonly type: 'Message' }>;

export const isMessage = (event: PendingEvent): event is MessageEvent => event.type === 'Message';

/** A world at hand: acts, asks, runs, steps, and loses processes. */
export class WorldByHand {
  readonly hosts = new InProcessHosts();
  readonly world: World;
  seen: TraceEvent[] = [];
  private readonly header: RunHeader;

  constructor(seed: number, config: RunConfig = CLASSROOM) {
    this.header = createHeader(`by-hand-${seed}`, seed, config);
    this.world = new World(this.header, { trace: true, observe: (event) => this.seen.push(event) });
  }

  /** The action takes effect where the run stands. */
  act(action: Action): ActionResult | undefined {
    const handle = this.world.act({ ...this.world.placeFor(this.world.nowUs), action });
    runUntil(this.world, this.hosts, 0, false);
    return handle.result;
  }

  pending(): readonly PendingEvent[] {
    performRound(this.world, this.hosts, this.world.planQuery());
    return this.world.pendingEvents().events;
  }

  run(untilUs: number): void {
    runUntil(this.world, this.hosts, untilUs, false);
  }

  /** Exactly one event in its turn. */
  step(): void {
    const round = this.world.plan(Number.MAX_SAFE_INTEGER, true);
    if (round !== undefined) performRound(this.world, this.hosts, round);
  }

  /** As `act`, but the node's process is gone when it should do its part. */
  actAndLose(action: Action, node: NodeId, worked: boolean): ActionResult | undefined {
    const handle = this.world.act({ ...this.world.placeFor(this.world.nowUs), action });
    for (let round = this.world.plan(0, false); round !== undefined; round = this.world.plan(0, false))
      this.lose(round, node, worked);
    return handle.result;
  }

  /** Carries a round out, but the node's process is gone: after its work, or before it. */
  lose(round: Round, node: NodeId, worked: boolean): void {
    const replies = round.calls.map((call) =>
      call.node === node ? this.died(call, worked) : this.hosts.perform(call),
    );
    this.world.complete(round, replies);
  }

  private died(call: HostCall, worked: boolean): HostReply {
    if (worked) this.hosts.perform(call);
    const transactions = call.type === 'start' ? 0 : this.hosts.host(call.node).lastBoot().transactions;
    return { type: 'died', reason: 'quota', transactions };
  }

  /** The run up to a moment, as it would be saved. */
  saveAt(endUs: number): SavedRun {
    this.run(endUs);
    const { world, header } = this;
    return { format: 'ringside-run', header, actions: [...world.log], endUs, digest: world.digest() };
  }
}

export const put = (key: string, client = 'client'): Action => ({
  type: 'Operate',
  client,
  operation: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8(`v-${key}`) },
  options: { timeoutUs: 2_000_000, via: undefined },
});

export const deliver = ({ from, to, sequence }: MessageEvent): Action => ({ type: 'Deliver', from, to, sequence });

export const drop = ({ from, to, sequence }: MessageEvent): Action => ({ type: 'Drop', from, to, sequence });

export const delay = ({ from, to, sequence }: MessageEvent, byUs: number): Action => ({
  type: 'Delay',
  from,
  to,
  sequence,
  byUs,
});

/** The action that takes the event now; undefined: it can only be awaited. */
export function choiceOf(event: PendingEvent): Action | undefined {
  if (isMessage(event)) return event.obstacle === undefined ? deliver(event) : undefined;
  if (event.type !== 'LogSync' && event.type !== 'TableWrite') return undefined;
  return { type: 'CompleteWrite', node: nodeOf(event.at), sequence: event.sequence };
}

export const nodeOf = (name: string): NodeId => nodeId(Number(name.slice(1)));
