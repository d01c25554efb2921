import type { DiskRecord, StoreName } from '../../core/base/disk.ts';
import type { BlockStore } from '../../sim/block-store.ts';
import { type DiskClaim, EPOCH_KEY, HEAD_KEY, INCARNATION_KEY, lastBootOf } from '../../sim/head-record.ts';
import type { DiskAccess } from '../protocol/node-channel.ts';

/** How far a node's disk has come. */
export interface DiskState {
  /** The last boot that had this disk; 0 = none ever did. */
  readonly boot: number;
  /** Which disk of the node it is, from 1. */
  readonly incarnation: number;
  /** Transactions of that boot. */
  readonly transactions: number;
  /** Virtual time of the last of all transactions. */
  readonly timeUs: number;
}

/** The disk of one node that is a worker: it outlives every process of the node, and one process at a time has it. */
export interface NodeDisk {
  /** Lends the disk to the process of this boot; `transfer` goes with the message that carries `access`. */
  lend(claim: DiskClaim): { readonly access: DiskAccess; readonly transfer: Transferable[] };
  /** Resolves when the process that has the disk is gone, whatever the cause; never where the browser does not tell. */
  whenLetGo(): Promise<void>;
  /** The process was ended. Resolves when nothing that it may still be doing can reach the disk. */
  takeBack(): Promise<void>;
  /** Waits until no process has the disk, then reads its head record and epoch. */
  state(): Promise<DiskState>;
  /** False when it could not be deleted yet. */
  delete(): Promise<boolean>;
}

/** A store that can also tell its record with the highest key. */
interface LogStore extends BlockStore {
  last(store: StoreName): DiskRecord | undefined | Promise<DiskRecord | undefined>;
}

/** What a store tells of the last boot that had it. */
export async function diskStateOn(store: LogStore): Promise<DiskState> {
  const [epoch] = await store.read({ type: 'get', store: 'meta', key: EPOCH_KEY });
  const [incarnation] = await store.read({ type: 'get', store: 'meta', key: INCARNATION_KEY });
  const [headRecord] = await store.read({ type: 'get', store: 'meta', key: HEAD_KEY });
  const last = await store.last('log');
  return lastBootOf({
    epoch: epoch?.value,
    incarnation: incarnation?.value,
    head: headRecord?.value,
    lastLogValue: last?.value,
  });
}
