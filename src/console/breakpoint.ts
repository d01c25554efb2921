import type { NodeId, ShardId } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { formatCommand } from './format-command.ts';

/** What time is to stop at. */
export interface BreakpointCondition {
  readonly when: BreakpointEvent;
  /** Only there; undefined: anywhere. */
  readonly shard?: ShardId | undefined;
  readonly node?: NodeId | undefined;
  /** Of `write` alone. */
  readonly key?: Uint8Array | undefined;
}

/**
 * leader: a shard has got one. commit: a leader committed an entry. write: a leader applied a write. down: a node was killed or crashed.
 * broken: an invariant. Any other: an event of the trace by its type.
 */
export type BreakpointEvent = (typeof BREAKPOINT_WORDS)[number] | TraceEvent['type'];

export const BREAKPOINT_WORDS = ['leader', 'commit', 'write', 'down', 'broken'] as const;

/** One that is set. It is no part of the run: it decides only when the wall's clock stops. */
export interface Breakpoint {
  /** From 1; never used again. */
  readonly id: number;
  readonly condition: BreakpointCondition;
}

/** The last time that one stopped time. */
export interface BreakpointHit {
  readonly id: number;
  /** What happened, in words. */
  readonly text: string;
  readonly timeUs: number;
  /** Counts all hits: two are never the same. */
  readonly count: number;
}

export type BreakpointChange = { readonly add: BreakpointCondition } | { readonly remove: number | 'all' };

/** The command that sets it. */
export function breakpointLine({ when, shard, node, key }: BreakpointCondition): string {
  return formatCommand('PAUSE', [], {
    when,
    ...(shard === undefined ? {} : { shard: shardName(shard) }),
    ...(node === undefined ? {} : { node: nodeName(node) }),
    ...(key === undefined ? {} : { key: decodeUtf8(key) }),
  });
}
