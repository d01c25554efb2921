import type { ReadLevel, WriteLevel } from '../../../core/client/operation.ts';

/** What a pair of R and W comes to: the word of its cell, and one sentence. */
export interface DialWords {
  readonly word: string;
  /** Beside the word, so that the kinds are told apart at a glance and not by colour. */
  readonly sign: '✓' | '≥' | '!' | '✕';
  readonly sentence: string;
}

/** From what promises most to what promises least. */
export const READ_ROWS: readonly ReadLevel[] = ['index', 'lease', 2, 3, 'session', 1];
export const WRITE_COLUMNS: readonly WriteLevel[] = [1, 2, 3];

const LINEARIZABLE: DialWords = {
  word: 'linearizable',
  sign: '✓',
  sentence: 'A read shows every write that was acknowledged before it began, and none that a later read takes back.',
};
const MONOTONIC: DialWords = {
  word: 'monotonic',
  sign: '≥',
  sentence: 'The reads of this console never go back in time; what others have written they may show late.',
};
const STALE: DialWords = {
  word: 'may be stale',
  sign: '!',
  sentence: 'A read may show any earlier state, and the next one a still earlier one.',
};
/** R=1, W=3: no read misses a finished write, but replicas apply one after the other. */
const BACKWARDS: DialWords = {
  word: 'may go back',
  sign: '!',
  sentence:
    'A read shows every finished write until a node restarts; while one is under way, the next read may show less.',
};
const LOST: DialWords = {
  word: 'may be lost',
  sign: '✕',
  sentence: 'A write that was acknowledged may never happen, or be read only later.',
};
const STALE_OR_LOST: DialWords = {
  word: 'stale or lost',
  sign: '✕',
  sentence: 'A write that was acknowledged may never happen, and a read may show any earlier state.',
};

/** What the two promise together, in the strong keyspace. */
export function dialWords(read: ReadLevel, write: WriteLevel): DialWords {
  if (write === 1) return read === 1 ? STALE_OR_LOST : LOST;
  if (read === 1) return write === 3 ? BACKWARDS : STALE;
  return read === 'session' ? MONOTONIC : LINEARIZABLE;
}

/** Round trips beside each R and W, short; `consistency-words.ts` says which they are. */
export const READ_TRIPS: Readonly<Record<ReadLevel, string>> = {
  index: '2',
  lease: '1',
  2: '1–2',
  3: '1–2',
  session: '1+',
  1: '1',
};
export const WRITE_TRIPS: Readonly<Record<WriteLevel, string>> = { 1: '1', 2: '2', 3: '3' };

export const tripsText = (trips: string): string => (trips === '1' ? '1 trip' : `${trips} trips`);
