import type { ActingKey } from '../keys.ts';

/** A row of the sheet of keys. */
interface KeyWords {
  /** As the sheet shows them. */
  readonly shown: string;
  readonly does: string;
}

/** What each key of the page does, in the order of the sheet. `]` stands in the row of `[`. */
const WORDS: Readonly<Record<Exclude<ActingKey, ']'> | 'digit' | 'Ctrl K', KeyWords>> = {
  ' ': { shown: 'Space', does: 'Play or pause' },
  '.': { shown: '.', does: 'One event, then pause; in the past, one event on' },
  ',': { shown: ',', does: 'One event back: look at the past' },
  n: { shown: 'N', does: 'From the past back to now' },
  k: { shown: 'K', does: 'Kill the leader of the shard in view' },
  r: { shown: 'R', does: 'Revive a node that is down' },
  digit: { shown: '0 – 9', does: 'Look at shard s0 – s9' },
  '[': { shown: '[ ]', does: 'Look at the shard before, after' },
  a: { shown: 'A', does: 'Show all shards on the stage, or the one in view' },
  // With a modifier, so it acts from everywhere and is nobody's single key: `opensPalette` tells it.
  'Ctrl K': { shown: 'Ctrl K', does: 'Find a command; ⌘ K on a Mac' },
  '/': { shown: '/', does: 'Type a command' },
  t: { shown: 'T', does: 'The cluster as a table, or as a picture' },
  p: { shown: 'P', does: 'Present: large type, keys of a slide remote' },
  '?': { shown: '?', does: 'Show these keys' },
};

export const KEY_WORDS: readonly KeyWords[] = Object.values(WORDS);
