import { LateCode } from '../base/late-code.ts';
import type { LATE_META } from './late.ts';

/** The part of the meta group that changes who holds what. */
export const lateMeta = new LateCode<typeof LATE_META>('commands of the meta group');
