import { LateCode } from '../base/late-code.ts';
import type { LATE_NODE } from './late.ts';

/** The part of the node that compares, repairs and sends whole replicas. */
export const lateNode = new LateCode<typeof LATE_NODE>('rarer parts of the node');
