import { type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import { type EndpointState, type GossipMessage, isNewer, type ToldState } from './endpoint-state.ts';
import { FailureDetector } from './failure-detector.ts';
import type { HeardHeartbeat, MembershipEvent } from './membership-event.ts';
import { type GossipLimits, INTERVAL_ROUNDS_MAX, type PhiLimits } from './options.ts';
import { pickPeers } from './pick-peers.ts';

export interface MembershipInit {
  readonly id: NodeId;
  /** Boot epoch: larger than in every earlier life of this node. */
  readonly incarnation: number;
  /** Whom it may speak to before it has heard of anybody. */
  readonly nodes: readonly NodeId[];
  readonly nowUs: Micros;
}

export interface AddressedGossip {
  readonly to: NodeId;
  readonly message: GossipMessage;
}

interface Endpoint {
  state: EndpointState;
  /** When this was news, here or on whoever told it. */
  newsUs: Micros;
  /** Told no further, and kept only so that nobody else can tell it again. */
  isExpired: boolean;
}

const MS = 1000;

/**
 * One node's view of all others, spread by push–pull gossip. Its own view: others may see it otherwise at the same moment. It is for routing and for
 * looking at; who owns what is decided elsewhere, by consensus.
 */
export class Membership {
  /** When `tick` is due next, on the clock that is given in; infinity while there is nobody to speak to. */
  nextTickUs: Micros;
  private readonly limits: GossipLimits;
  private readonly random: RandomStream;
  private readonly report: (event: MembershipEvent) => void;
  private readonly detector: FailureDetector;
  private readonly peers: Set<NodeId>;
  private readonly phaseUs: Micros;
  private readonly endpoints = new Map<NodeId, Endpoint>();
  private own: EndpointState;

  constructor(
    limits: GossipLimits,
    { id, incarnation, nodes, nowUs }: MembershipInit,
    random: RandomStream,
    report: (event: MembershipEvent) => void,
  ) {
    this.limits = limits;
    this.random = random;
    this.report = report;
    this.detector = new FailureDetector(limits, nowUs, report);
    this.own = { node: id, incarnation, version: 0, left: false, ringEpoch: 0 };
    this.peers = new Set(nodes.filter((node) => node !== id));
    // Nodes that start together do not speak together.
    this.phaseUs = random.between(0, limits.gossipIntervalUs - 1);
    this.nextTickUs = this.peers.size === 0 ? Number.POSITIVE_INFINITY : nowUs + this.phaseUs;
  }

  /** What it tells of itself. */
  get self(): EndpointState {
    return this.own;
  }

  /** To be told with the next heartbeat. Never falls. */
  sawRingEpoch(epoch: number): void {
    if (epoch > this.own.ringEpoch) this.own = { ...this.own, ringEpoch: epoch };
  }

  /** The latest that was heard of a node, and not too long ago; undefined: nothing. */
  stateOf(node: NodeId): EndpointState | undefined {
    const endpoint = this.endpoints.get(node);
    return endpoint === undefined || endpoint.isExpired ? undefined : endpoint.state;
  }

  isSuspected(node: NodeId): boolean {
    return this.detector.isSuspected(node);
  }

  /** Those that it speaks to only now and then, because they seem to be gone, and that have not left. Ascending. */
  get suspects(): readonly NodeId[] {
    const silent = [...this.endpoints.values()].filter(({ state }) => !state.left && !this.isReachable(state.node));
    return silent.map(({ state }) => state.node).sort((a, b) => a - b);
  }

  /** How silence is judged from here on. */
  configure(settings: PhiLimits): void {
    this.detector.configure(settings);
  }

  /** Undefined: nothing was heard of this life of it. */
  phi(nowUs: Micros, node: NodeId): number | undefined {
    return this.detector.phi(nowUs, node);
  }

  /** One round: a heartbeat of its own, a look at all others, and what is to be sent. */
  tick(nowUs: Micros): readonly AddressedGossip[] {
    this.detector.look(nowUs);
    this.nextTickUs = nowUs + this.limits.gossipIntervalUs;
    if (!this.detector.isLenient(nowUs)) this.expire(nowUs);
    this.detector.judge(nowUs);
    // Whoever was removed disturbs nobody.
    if (this.own.left) return [];
    const { incarnation } = this.own;
    const version = this.own.version + 1;
    this.own = { ...this.own, version };
    const live: NodeId[] = [];
    const unreachable: NodeId[] = [];
    for (const peer of this.peers) {
      if (this.endpoints.get(peer)?.state.left === true) continue;
      (this.isReachable(peer) ? live : unreachable).push(peer);
    }
    const to = pickPeers(this.random, live, this.limits.gossipPeers);
    // Cassandra's odds: the more are gone, the more often one of them is tried.
    const probes = this.random.chance(unreachable.length / (live.length + 1))
      ? pickPeers(this.random, unreachable, 1)
      : [];
    this.report({ type: 'GossipSent', to, probed: probes[0] ?? NO_NODE, incarnation, version });
    const message: GossipMessage = { type: 'GossipSyn', states: this.told(nowUs) };
    return [...to, ...probes].map((peer) => ({ to: peer, message }));
  }

  /** @returns what is to be answered, if anything */
  receive(nowUs: Micros, from: NodeId, message: GossipMessage): GossipMessage | undefined {
    this.detector.look(nowUs);
    const heard: HeardHeartbeat[] = [];
    for (const told of message.states) {
      const merged = this.merge(nowUs, told);
      if (merged !== undefined) heard.push(merged);
    }
    if (heard.length > 0) this.report({ type: 'GossipMerged', from, heard });
    if (message.type === 'GossipAck' || this.own.left) return undefined;
    const states = this.newerThan(nowUs, message.states);
    return states.length === 0 ? undefined : { type: 'GossipAck', states };
  }

  /** Somebody who may decide it has removed the node for ever. Gossip takes the word to all others, and none of them takes older words again. */
  remove(nowUs: Micros, node: NodeId): void {
    const known = this.endpoints.get(node)?.state ?? { node, incarnation: 0, version: 0, ringEpoch: 0 };
    this.merge(nowUs, { ...known, left: true, ageMs: 0 });
  }

  /** Nothing heard yet, at the beginning, is no reason not to speak to somebody. */
  private isReachable(node: NodeId): boolean {
    return !this.detector.isSuspected(node) && this.endpoints.get(node)?.isExpired !== true;
  }

  private merge(nowUs: Micros, told: ToldState): HeardHeartbeat | undefined {
    const { node } = told;
    if (node === this.own.node) {
      this.hearOfSelf(told);
      return undefined;
    }
    const known = this.endpoints.get(node);
    if (known !== undefined && !isNewer(told, known.state)) return undefined;
    const ageUs = told.ageMs * MS;
    if (ageUs > this.limits.heartbeatTtlUs && !told.left) return undefined;
    const { ageMs: _, ...state } = told;
    if (known !== undefined && known.state.incarnation !== state.incarnation) this.detector.forget(node);
    this.endpoints.set(node, { state, newsUs: nowUs - ageUs, isExpired: false });
    this.peers.add(node);
    // It was alone so far.
    if (this.nextTickUs === Number.POSITIVE_INFINITY) this.nextTickUs = nowUs + this.phaseUs;
    if (state.left) {
      this.detector.forget(node);
      this.report({ type: 'DepartureHeard', subject: node, incarnation: state.incarnation });
      return undefined;
    }
    return this.heard(nowUs, state, ageUs);
  }

  private heard(
    nowUs: Micros,
    { node, incarnation, version, ringEpoch }: EndpointState,
    ageUs: Micros,
  ): HeardHeartbeat {
    // A rumour that took some rounds is a heartbeat that comes now; an older one is news of the past.
    const arrivedUs = ageUs > INTERVAL_ROUNDS_MAX * this.limits.gossipIntervalUs ? nowUs - ageUs : nowUs;
    const { lastUs, meanUs, deviationUs } = this.detector.heard(nowUs, node, arrivedUs);
    return {
      subject: node,
      incarnation,
      version,
      ringEpoch,
      staleUs: nowUs - lastUs,
      meanUs: Math.round(meanUs),
      deviationUs: Math.round(deviationUs),
    };
  }

  /** Others may remember more of this node than it does itself: what it tells next must be newer than that. */
  private hearOfSelf(told: EndpointState): void {
    if (!isNewer(told, this.own)) return;
    const { incarnation, version, left } = told;
    if (left) this.own = { ...this.own, left };
    else if (incarnation > this.own.incarnation) this.own = { ...this.own, incarnation: incarnation + 1, version: 0 };
    else this.own = { ...this.own, version };
  }

  private expire(nowUs: Micros): void {
    for (const endpoint of this.endpoints.values()) {
      if (endpoint.isExpired || nowUs - endpoint.newsUs <= this.limits.heartbeatTtlUs) continue;
      endpoint.isExpired = true;
      const { node, incarnation, version, left } = endpoint.state;
      this.detector.forget(node);
      this.report({ type: 'HeartbeatExpired', subject: node, incarnation, version, left });
    }
  }

  private told(nowUs: Micros): readonly ToldState[] {
    const told: ToldState[] = [{ ...this.own, ageMs: 0 }];
    for (const endpoint of this.endpoints.values()) if (!endpoint.isExpired) told.push(toldBy(nowUs, endpoint));
    return told;
  }

  /** Of an expired heartbeat nothing is said; of a removal for as long as somebody does not know it. */
  private newerThan(nowUs: Micros, theirs: readonly ToldState[]): readonly ToldState[] {
    const byNode = new Map(theirs.map((state) => [state.node, state]));
    const lacks = (state: EndpointState): boolean => {
      const their = byNode.get(state.node);
      return their === undefined || isNewer(state, their);
    };
    const answer: ToldState[] = lacks(this.own) ? [{ ...this.own, ageMs: 0 }] : [];
    for (const endpoint of this.endpoints.values()) {
      const { state, isExpired } = endpoint;
      const isToBeTold = !isExpired || (state.left && byNode.has(state.node));
      if (isToBeTold && lacks(state)) answer.push(toldBy(nowUs, endpoint));
    }
    return answer;
  }
}

const toldBy = (nowUs: Micros, { state, newsUs }: Endpoint): ToldState => ({
  ...state,
  ageMs: Math.max(0, Math.floor((nowUs - newsUs) / MS)),
});
