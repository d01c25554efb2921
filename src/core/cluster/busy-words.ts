import type { BusyQueue } from '../client/operation.ts';

/** What is full, in words: who is meant stands before it. */
export const BUSY_WORDS: Readonly<Record<BusyQueue, string>> = {
  proposals: 'has as many writes that are not applied yet as it takes',
  'proposal bytes': 'has as many bytes of writes that are not applied yet as it takes',
  log: 'has as many bytes waiting for the disk of its log as it takes',
  apply: 'has as many committed entries still to apply as it may',
  engine: 'applies nothing until flush and compaction have caught up',
  reads: 'has as many reads waiting as it takes',
  client: 'has as many operations under way as it takes',
};
