/** Ids are brands, so that a shard number can never be passed where a node number is meant. */
declare const brand: unique symbol;

/** A storage node: 1, 2, 3 … shown as `n1`. 0 stands for "none". */
export type NodeId = number & { readonly [brand]: 'NodeId' };
/** A client on the network: 100 and up; 100 is the default client, `client`. */
export type ClientActorId = number & { readonly [brand]: 'ClientActorId' };
/** Whoever can send and receive: a node or a client. */
export type ActorId = NodeId | ClientActorId;
/** An arc of the key space: 0 … S−1, shown as `s0`. */
export type ShardId = number & { readonly [brand]: 'ShardId' };
/** Raft's logical time (Figure 2). */
export type Term = number;
/** Position in a Raft log; the first entry has index 1, 0 is "before the log". */
export type LogIndex = number;
/** Integer microseconds. Which clock (virtual, monotonic, wall) is said by the name of the variable. */
export type Micros = number;

export const NO_NODE = 0 as NodeId;
/** Of what concerns a node as a whole. */
export const NO_SHARD = -1 as ShardId;
export const FIRST_CLIENT = 100 as ClientActorId;

export const nodeId = (n: number): NodeId => n as NodeId;
export const shardId = (n: number): ShardId => n as ShardId;
export const clientActorId = (n: number): ClientActorId => n as ClientActorId;
export const isClient = (id: number): id is ClientActorId => id >= FIRST_CLIENT;
