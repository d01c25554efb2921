import { LateCode } from '../base/late-code.ts';
import type { LATE_LSM } from './late.ts';

/** The part of the engine that writes and merges tables, and that tells what is in them. */
export const lateLsm = new LateCode<typeof LATE_LSM>('jobs of the storage engine');
