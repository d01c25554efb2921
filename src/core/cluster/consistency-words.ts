import type { FallbackReason, ReadLevel, WriteLevel } from '../client/operation.ts';

/** What a setting of the dial promises, and what it costs: one sentence each, without a full stop. */
export interface LevelWords {
  readonly promise: string;
  /** In round trips, from the client's request on. */
  readonly price: string;
}

export const READ_WORDS: Readonly<Record<ReadLevel, LevelWords>> = {
  lease: {
    promise:
      'never stale while clocks run within 5 % of true time: the leader answers by its lease, or by ReadIndex while it has none',
    price: 'one round trip, to the leader',
  },
  index: {
    promise: 'never stale, and trusts no clock: the leader first asks a majority whether it still leads',
    price: 'two round trips: to the leader, and from it to a majority',
  },
  session: {
    promise:
      'never older than what this client has read, or written with W=2 or 3, in the shard; others may have seen newer',
    price: 'one round trip, to any replica; more while that one has to catch up',
  },
  1: {
    promise:
      'may be stale, by any amount: some replica answers with what it has applied, and says how far behind that is',
    price: 'one round trip, to any replica',
  },
  2: {
    promise:
      'never stale, without a leader or a clock: a majority is asked, and what their logs hold must be applied first',
    price: 'one round trip, to a majority; two while the shard is written to',
  },
  3: {
    promise: 'as R=2, and the answers of all replicas are compared; with one of them silent, a majority has to do',
    price: 'one round trip, to every replica; two while the shard is written to',
  },
};

export const WRITE_WORDS: Readonly<Record<WriteLevel, LevelWords>> = {
  1: {
    promise: 'unsafe, it may be lost: the leader has it on its own disk, and no read shows it before it is committed',
    price: 'one round trip, to the leader',
  },
  2: {
    promise: 'committed, it is never lost: a majority has it on disk',
    price: 'two round trips: to the leader, and from it to a majority',
  },
  3: {
    promise: 'committed, and every replica has applied it, so that R=1 shows it anywhere until a node restarts',
    price: 'three round trips: as W=2, and then to every replica, the slowest of which holds it up',
  },
};

/** `r=index: never stale … Price: two round trips …`. */
export const readLevelText = (level: ReadLevel): string => textOf(`r=${level}`, READ_WORDS[level]);
export const writeLevelText = (level: WriteLevel): string => textOf(`w=${level}`, WRITE_WORDS[level]);

const textOf = (name: string, { promise, price }: LevelWords): string => `${name}: ${promise}. Price: ${price}.`;

/** Why a read was not served as it was asked for. */
export const FALLBACK_WORDS: Readonly<Record<FallbackReason, string>> = {
  'dead tail': 'nobody applied in time what the logs of a majority hold',
  'no quorum': 'no majority of the voters answered',
  due: 'the value had reached its deadline, which the leader puts into the log',
  'silent voter': 'a voter does not answer, a majority has to do',
};
