import type { Micros, NodeId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { GossipMessage } from '../membership/endpoint-state.ts';
import { Membership } from '../membership/membership.ts';
import type { MembershipEvent } from '../membership/membership-event.ts';
import type { PhiLimits } from '../membership/options.ts';
import type { NodeConfig } from './config.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** The node's part in gossip: what it tells and hears goes through the same envelopes as everything else. Nothing that a replica does depends on it. */
export class NodeGossip {
  private readonly env: ReplicaEnvironment;
  private readonly membership: Membership;

  /** Is told what a node says is the epoch of the ring. */
  onEpoch: (from: NodeId, ringEpoch: number) => void = () => {};

  constructor(env: ReplicaEnvironment, config: NodeConfig, incarnation: number, random: RandomStream) {
    const { id, limits } = config;
    const nodes = [...new Set([...config.nodes, ...config.contacts])];
    this.env = env;
    this.membership = new Membership(limits, { id, incarnation, nodes, nowUs: env.nowUs }, random, this.report);
  }

  /** When it has to be looked at; infinity where there is nobody to speak to. */
  get dueUs(): Micros {
    return this.membership.nextTickUs;
  }

  configure(settings: PhiLimits): void {
    this.membership.configure(settings);
  }

  tick(): void {
    for (const { to, message } of this.membership.tick(this.env.nowUs)) this.env.outbox.push(to, message);
    this.env.suspects = this.membership.suspects;
  }

  receive(from: NodeId, message: GossipMessage): void {
    const answer = this.membership.receive(this.env.nowUs, from, message);
    if (answer !== undefined) this.env.outbox.push(from, answer);
    this.env.suspects = this.membership.suspects;
  }

  /** It has left for ever: nobody is to hear of it again as if it were there. */
  remove(node: NodeId): void {
    this.membership.remove(this.env.nowUs, node);
  }

  sawRingEpoch(ringEpoch: number): void {
    this.membership.sawRingEpoch(ringEpoch);
  }

  private readonly report = (event: MembershipEvent): void => {
    this.env.events.push(event);
    if (event.type === 'NodeSuspected') this.env.mix(event.subject);
    else if (event.type === 'GossipMerged')
      this.onEpoch(event.from, Math.max(...event.heard.map(({ ringEpoch }) => ringEpoch)));
    else if (event.type === 'NodeUnsuspected') this.env.mix(-event.subject);
  };
}
