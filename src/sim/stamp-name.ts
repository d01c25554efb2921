import { nodeName } from '../core/cluster/snapshot.ts';
import type { Stamp } from '../core/replication/stamp.ts';

/** In words, and no other stamp is called so. */
export const nameOfStamp = ({ wallUs, logical, node }: Stamp): string => `${wallUs}+${logical} ${nodeName(node)}`;
