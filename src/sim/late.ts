import { drawDamage } from './disk-damage.ts';
import { endDamage, faultStruck } from './disk-faults.ts';
import { startWiped } from './membership-actions.ts';
import { performRare } from './rare-actions.ts';
import { refusalOf } from './reconfigure-action.ts';
import { Referee } from './referee.ts';

/** What a world needs when somebody does more than operations, kills and revives: see late-world.ts. */
export const LATE_WORLD = { Referee, drawDamage, endDamage, faultStruck, performRare, refusalOf, startWiped };
