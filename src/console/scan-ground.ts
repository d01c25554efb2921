import type { ReadLevel } from '../core/client/operation.ts';
import type { LeaderGround } from '../core/node/message.ts';

/** How a SCAN is read by a console whose GETs are read so: as fresh, and with as much trust in clocks, as its leader can. */
export const scanGround = (read: ReadLevel): LeaderGround =>
  read === 'lease' || read === 'index' ? read : OTHERS[read];

const OTHERS = { session: 'lease', 1: 'lease', 2: 'index', 3: 'index' } as const;
