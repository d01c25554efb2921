import { readCheck, writeCheck } from './check-codec.ts';
import { DurableRows } from './eventual/durable-rows.ts';
import {
  readEventualBody,
  readEventualReply,
  writeEventualBody,
  writeEventualReply,
} from './eventual/eventual-client-codec.ts';
import { readEventual, writeEventual } from './eventual/eventual-codec.ts';
import { EventualHost } from './eventual/eventual-host.ts';
import { isEventualWellPlaced } from './eventual/eventual-request-check.ts';
import { NodeEventual } from './eventual/node-eventual.ts';
import { ReplicaIntegrity } from './replica-integrity.ts';
import { damageRow } from './row-damage.ts';
import { SnapshotInstaller } from './snapshot-installer.ts';
import { SnapshotSender } from './snapshot-sender.ts';

/** What a node needs when replicas are compared, repaired or sent as a whole: see late-node.ts. */
const INTEGRITY = { ReplicaIntegrity, SnapshotInstaller, SnapshotSender, damageRow, readCheck, writeCheck };

/** What it needs of the eventual keyspace as soon as there is anything of it. */
const EVENTUAL = {
  ...{ DurableRows, EventualHost, NodeEventual, isEventualWellPlaced },
  ...{ readEventual, readEventualBody, readEventualReply, writeEventual, writeEventualBody, writeEventualReply },
};

/** See late-node.ts. */
export const LATE_NODE = { ...INTEGRITY, ...EVENTUAL };
