import { LateCode } from '../core/base/late-code.ts';
import type { LATE_WORLD } from './late.ts';

/** The part of the world that carries out what is rarely asked of it. */
export const lateWorld = new LateCode<typeof LATE_WORLD>('rarer actions of the world');
