import type { NodeStanding } from '../meta/node-standing.ts';

/** A blank node's disk is empty, and its points are where they were. */
const ON_RING: readonly NodeStanding[] = ['joining', 'normal', 'blank'];

/** Its points are on the ring. */
export const isOnRing = (standing: NodeStanding): boolean => ON_RING.includes(standing);
