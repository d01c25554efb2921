import { readCheck, writeCheck } from './check-codec.ts';
import { ReplicaIntegrity } from './replica-integrity.ts';
import { damageRow } from './row-damage.ts';
import { SnapshotInstaller } from './snapshot-installer.ts';
import { SnapshotSender } from './snapshot-sender.ts';

/** What a node needs when replicas are compared, repaired or sent as a whole: see late-node.ts. */
export const LATE_NODE = { ReplicaIntegrity, SnapshotInstaller, SnapshotSender, damageRow, readCheck, writeCheck };
