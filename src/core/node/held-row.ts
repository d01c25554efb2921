import type { DiskRoutine } from '../base/disk.ts';
import type { LogIndex, Micros } from '../base/ids.ts';
import { CorruptStore } from '../lsm/corrupt-store.ts';
import { dataKey } from '../lsm/internal-key.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import type { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { decodeStoredValue, isExpired, NO_DEADLINE } from './stored-value.ts';

/** What one replica holds under one key at this moment. */
export interface HeldRow {
  /** How far it has applied its log. */
  readonly appliedIndex: LogIndex;
  readonly isQuarantined: boolean;
  /** None: nothing was ever there, or it is deleted without a trace. The strong keyspace has at most one. */
  readonly versions: readonly HeldVersion[];
  /** Why it cannot be read; undefined: it can. */
  readonly damage: string | undefined;
}

/** One version of a value. */
export interface HeldVersion {
  /** Undefined: a tombstone. */
  readonly value: Uint8Array | undefined;
  /** In the time of the shard's log; undefined: it does not expire. */
  readonly deadlineUs: Micros | undefined;
  /** Its time has come: clients are told that there is nothing. */
  readonly isExpired: boolean;
  /** Which write that is, where the keyspace says so. */
  readonly stamp: string | undefined;
}

/** Beside time: nothing of the node is changed by it, not even its block cache. */
export function* readHeldRow(env: ReplicaEnvironment, replica: Replica, userKey: Uint8Array): DiskRoutine<HeldRow> {
  const { machine, scope, isQuarantined } = replica;
  const { appliedIndex, logTimeUs } = machine;
  const row = { appliedIndex, isQuarantined, versions: [], damage: undefined };
  try {
    const stored = yield* env.engine.peek(dataKey(STRONG_KEYSPACE, scope.shard, scope.storageId, userKey));
    if (stored === undefined) return row;
    const { value, deadlineUs } = decodeStoredValue(stored);
    const version = {
      value: value.slice(),
      deadlineUs: deadlineUs === NO_DEADLINE ? undefined : deadlineUs,
      isExpired: isExpired(deadlineUs, logTimeUs),
      stamp: undefined,
    };
    return { ...row, versions: [version] };
  } catch (error) {
    if (error instanceof CorruptStore) return { ...row, damage: error.message };
    throw error;
  }
}
