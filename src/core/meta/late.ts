import { applyMeta } from './apply.ts';

/** What the meta group needs when something is to change: see late-meta.ts. */
export const LATE_META = { applyMeta };
