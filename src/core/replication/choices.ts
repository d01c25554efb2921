/** `lww`: of two versions the later stamp stays. `siblings`: of two versions of which neither had seen the other both stay, until a PUT replaces them. */
export const CONFLICTS = ['lww', 'siblings'] as const;
export type Conflicts = (typeof CONFLICTS)[number];

/**
 * `hybrid`: a stamp is later than every stamp that its node has seen. `wall`: the naive way, the node's own clock and nothing else, where a clock that
 * is behind makes writes that lose against older ones.
 */
export const CLOCK_MODES = ['hybrid', 'wall'] as const;
export type ClockMode = (typeof CLOCK_MODES)[number];
