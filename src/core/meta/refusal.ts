import type { MetaState } from './meta-state.ts';

/** Why a command changes nothing. Stable: tests, screen and clients tell them apart by these. */
export type RefusalCode =
  /** No node of this id ever was. */
  | 'UnknownNode'
  /** A node of this id is there, or was. */
  | 'KnownNode'
  /** The node is not in a state in which this means something. */
  | 'WrongState'
  /** Too few nodes would be left for the replicas. */
  | 'TooFewNodes'
  /** The node has another disk by now than the one this is about. */
  | 'WrongIncarnation'
  /** It holds replicas still, or does not hold all of its own yet. */
  | 'NotSettled'
  /** A shard would lose a majority of its disks. */
  | 'WouldLoseShard'
  | 'ShardLost'
  | 'UnknownGroup'
  /** The group has a move already, or a change of its configuration that is not over. */
  | 'MoveUnderWay'
  /** Nothing moves there. */
  | 'NoMove'
  /** It would not bring the group nearer to where its replicas are meant to be. */
  | 'NotDesired'
  /** It was sent in an earlier stage, or for a move that is over. */
  | 'ClosedToken'
  /** The move is at another stage than this is about. */
  | 'WrongStage'
  /** The joint configuration is committed, or on its way without a learner to take off. */
  | 'OnlyForward'
  /** A later configuration of this group is known, or a later leader. */
  | 'StaleReport'
  /** No replica of this id waits for its deletion. */
  | 'UnknownReplica'
  | 'InvalidSetting';

/** `text`: a whole sentence of what, where and why, as a person reads it. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly text: string;
}

/** What a command did. With a refusal the state is the very same. */
export interface Applied {
  readonly state: MetaState;
  readonly refusal?: Refusal;
}

export const refuse = (state: MetaState, code: RefusalCode, text: string): Applied => ({
  state,
  refusal: { code, text },
});
