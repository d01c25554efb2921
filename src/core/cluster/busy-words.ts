import type { BusyQueue } from '../client/operation.ts';

/** What is full, in words: who is meant stands before it. */
export const BUSY_WORDS: Readonly<Record<BusyQueue, string>> = {
  proposals: 'has all the writes to commit and apply that it takes',
  'proposal bytes': 'has all the bytes to commit and apply that it takes',
  log: 'waits for the disk of its log',
  apply: 'is behind with applying',
  engine: 'waits for flush and compaction',
  reads: 'has all the reads that it takes',
  client: 'has all under way that it takes',
};
