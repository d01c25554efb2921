import type { Micros } from '../../core/base/ids.ts';

/** One play of the script of both keyspaces. What came of it is in the run's trace, and nowhere else. */
export interface WorldsPlay {
  readonly key: string;
  /** The node that the script cuts off; 0: it has not begun. */
  readonly alone: number;
  readonly others: readonly number[];
  /** The home on the other side that client b asks in the eventual keyspace. */
  readonly near: number;
  /** Operations from then on are of this play. */
  readonly fromUs: Micros;
  /** Steps that were taken. */
  readonly done: number;
  readonly isRunning: boolean;
  /** Of which run; another one has nothing of it. */
  readonly runId: string;
}

export const NEW_PLAY: WorldsPlay = {
  key: '',
  alone: 0,
  others: [],
  near: 0,
  fromUs: 0,
  done: 0,
  isRunning: false,
  runId: '',
};
