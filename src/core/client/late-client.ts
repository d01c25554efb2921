import { LateCode } from '../base/late-code.ts';
import type { LATE_CLIENT } from './late.ts';

/** The part of the client that asks several replicas. */
export const lateClient = new LateCode<typeof LATE_CLIENT>('polls of the client');
