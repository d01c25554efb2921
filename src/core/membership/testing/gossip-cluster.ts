import { must } from '../../base/assert.ts';
import { type Micros, type NodeId, nodeId } from '../../base/ids.ts';
import { createRandomStream } from '../../base/random.ts';
import type { GossipMessage } from '../endpoint-state.ts';
import { Membership } from '../membership.ts';
import type { MembershipEvent } from '../membership-event.ts';
import type { GossipLimits } from '../options.ts';

export const MS = 1000;

export const LIMITS: GossipLimits = {
  gossipIntervalUs: 250 * MS,
  gossipPeers: 2,
  phiThreshold: 8,
  phiWindow: 200,
  phiFormula: 0,
  heartbeatTtlUs: 60_000 * MS,
};

interface OnTheWay {
  readonly atUs: Micros;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: GossipMessage;
}

export type Reported = MembershipEvent & { readonly timeUs: Micros; readonly observer: NodeId };

/** Nodes that do nothing but gossip, with one clock and a network that a test may spoil. */
export class GossipCluster {
  nowUs: Micros = 0;
  readonly events: Reported[] = [];
  readonly ids: readonly NodeId[];
  /** Whether a message gets lost. */
  loses: (from: NodeId, to: NodeId) => boolean = () => false;
  delayUs: Micros = 10 * MS;
  readonly nodes = new Map<NodeId, Membership>();
  private readonly limits: GossipLimits;
  private readonly seed: number;
  private onTheWay: OnTheWay[] = [];
  /** They stand still: neither their clock's ticks nor messages reach them. */
  private readonly frozen = new Set<NodeId>();

  constructor(count: number, seed: number, limits: Partial<GossipLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
    this.seed = seed;
    this.ids = Array.from({ length: count }, (_, i) => nodeId(i + 1));
    for (const id of this.ids) this.start(id, 1);
  }

  start(id: NodeId, incarnation: number): void {
    const random = createRandomStream(this.seed, 'gossip', `n${id}/${incarnation}`, 0);
    const init = { id, incarnation, nodes: this.ids, nowUs: this.nowUs };
    const report = (event: MembershipEvent) => void this.events.push({ ...event, timeUs: this.nowUs, observer: id });
    this.nodes.set(id, new Membership(this.limits, init, random, report));
  }

  node(id: number): Membership {
    return must(this.nodes.get(nodeId(id)), `n${id} runs`);
  }

  kill(id: number): void {
    this.nodes.delete(nodeId(id));
  }

  freeze(id: number): void {
    this.frozen.add(nodeId(id));
  }

  thaw(id: number): void {
    this.frozen.delete(nodeId(id));
  }

  /** One message by hand, that arrives at once. */
  deliver(from: NodeId, to: NodeId, message: GossipMessage): void {
    const answer = this.nodes.get(to)?.receive(this.nowUs, from, message);
    if (answer !== undefined) this.send(to, from, answer);
  }

  run(forUs: Micros): void {
    const endUs = this.nowUs + forUs;
    for (;;) {
      const tick = [...this.nodes]
        .filter(([id]) => !this.frozen.has(id))
        .sort(([, a], [, b]) => a.nextTickUs - b.nextTickUs)[0];
      const arrival = this.onTheWay.filter(({ to }) => !this.frozen.has(to)).sort((a, b) => a.atUs - b.atUs)[0];
      const tickUs = tick?.[1].nextTickUs ?? Number.POSITIVE_INFINITY;
      const arrivalUs = arrival?.atUs ?? Number.POSITIVE_INFINITY;
      if (Math.min(tickUs, arrivalUs) > endUs) break;
      this.nowUs = Math.max(this.nowUs, Math.min(tickUs, arrivalUs));
      if (arrival !== undefined && arrivalUs <= tickUs) {
        this.onTheWay.splice(this.onTheWay.indexOf(arrival), 1);
        this.deliver(arrival.from, arrival.to, arrival.message);
      } else if (tick !== undefined) {
        const [id, member] = tick;
        for (const { to, message } of member.tick(this.nowUs)) this.send(id, to, message);
      }
    }
    this.nowUs = endUs;
  }

  suspicionsOf(subject: number): readonly (Reported & { readonly type: 'NodeSuspected' })[] {
    return this.events.flatMap((event) => (event.type === 'NodeSuspected' && event.subject === subject ? [event] : []));
  }

  private send(from: NodeId, to: NodeId, message: GossipMessage): void {
    if (!this.loses(from, to)) this.onTheWay.push({ atUs: this.nowUs + this.delayUs, from, to, message });
  }
}
