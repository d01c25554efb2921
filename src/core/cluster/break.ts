import { LIVE_BREAKS, type LiveBreak } from '../base/breaks.ts';
import type { RunConfig } from './run.ts';

export type { LiveBreak };

/** A live one is put in force and taken back by an action; the size of its shards' groups a run has from its beginning. */
export type BreakName = LiveBreak | 'even-cluster';

export const BREAK_NAMES: readonly BreakName[] = [...LIVE_BREAKS, 'even-cluster'];

export const isLiveBreak = (name: BreakName): name is LiveBreak => LIVE_BREAKS.some((live) => live === name);

/** In any case, with or without hyphens: `skipFsync` is `skip-fsync`. Undefined: there is none of this name. */
export function findBreak(text: string): BreakName | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '');
  return BREAK_NAMES.find((name) => plain(name) === plain(text));
}

/** Replicas of a shard in an even cluster. */
export const EVEN_REPLICATION_FACTOR = 4;

export const isEven = ({ nodes, replicationFactor }: Pick<RunConfig, 'nodes' | 'replicationFactor'>): boolean =>
  replicationFactor === EVEN_REPLICATION_FACTOR && nodes >= EVEN_REPLICATION_FACTOR;
