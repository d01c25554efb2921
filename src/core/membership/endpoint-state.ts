import type { NodeId } from '../base/ids.ts';

/** What gossip tells of one node. Only the node itself raises its version; everybody else passes on what was heard. */
export interface EndpointState {
  readonly node: NodeId;
  /** Which life of the node: its boot epoch. A later one wins whatever its version, unless it was removed. */
  readonly incarnation: number;
  /** Its heartbeat: one more with each round of gossip that it begins. */
  readonly version: number;
  /** It was removed, and for ever: no number is used again. Wins over everything that is told of any life of it. */
  readonly left: boolean;
  /** The highest epoch of the ring that the node has seen. A hint to go and ask; nobody acts on it. */
  readonly ringEpoch: number;
}

/** As told by somebody who heard nothing newer of it for `ageMs`: so an old heartbeat does not become young on its way. */
export interface ToldState extends EndpointState {
  readonly ageMs: number;
}

/** The order in which states of one node replace each other. Nothing comes after a removal, not even another one. */
export function isNewer(a: EndpointState, b: EndpointState): boolean {
  if (a.left || b.left) return a.left && !b.left;
  if (a.incarnation !== b.incarnation) return a.incarnation > b.incarnation;
  return a.version > b.version;
}

/** Push: all that the sender knows. */
export interface GossipSyn {
  readonly type: 'GossipSyn';
  readonly states: readonly ToldState[];
}

/** Pull: of all that only what the sender of the Syn did not know. */
export interface GossipAck {
  readonly type: 'GossipAck';
  readonly states: readonly ToldState[];
}

export type GossipMessage = GossipSyn | GossipAck;
