import { LATE_CLIENT } from '../core/client/late.ts';
import { LATE_LSM } from '../core/lsm/late.ts';
import { LATE_META } from '../core/meta/late.ts';
import { LATE_NODE } from '../core/node/late.ts';
import { LATE_WORLD } from './late.ts';

/** All code that may come late. In a browser the content of a script of its own. */
export const LATE_ENGINE = { client: LATE_CLIENT, lsm: LATE_LSM, meta: LATE_META, node: LATE_NODE, world: LATE_WORLD };
