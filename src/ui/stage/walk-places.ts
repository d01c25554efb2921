import type { NodeId } from '../../core/base/ids.ts';
import type { WalkStep } from '../../core/ring/hash-ring.ts';

const ORDINALS = ['1st', '2nd', '3rd'] as const;

export const ordinal = (place: number): string => ORDINALS[place - 1] ?? `${place}th`;

/** The nodes that a walk has taken so far, each with its place on the preference list: `2nd`. */
export const placesOf = (steps: readonly WalkStep[]): readonly { readonly node: NodeId; readonly place: string }[] =>
  steps.filter(({ taken }) => taken).map(({ vnode }, i) => ({ node: vnode.node, place: ordinal(i + 1) }));
