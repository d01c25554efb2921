import type { ClientActorId, ShardId } from '../../core/base/ids.ts';
import { keyLabel, operationKeys } from '../../core/cluster/describe.ts';
import { tokenOfKey } from '../../core/cluster/placement.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import type { AppState } from './app-store.ts';

/** Where the key of a person's newest operation was found on the ring. */
export interface Lookup {
  /** The operation's id: another one is another lookup. */
  readonly operation: number;
  readonly client: ClientActorId;
  /** The key as it fits a label. */
  readonly label: string;
  /** 0 … 2^32 − 1. */
  readonly token: number;
  readonly shard: ShardId;
}

/** Undefined where the operation concerns no single point of this shard's arc: a scan goes on over the shards behind its start. */
export function lookUp(
  ring: HashRing,
  { id, client, shard, operation }: Extract<TraceEvent, { type: 'OperationInvoked' }>,
): Lookup | undefined {
  if (operation.type === 'Scan') return undefined;
  const [key] = operationKeys(operation);
  const token = tokenOfKey(key);
  if (ring.shardOfToken(token) !== shard) return undefined;
  return { operation: id, client, label: keyLabel(key) || '""', token, shard };
}

/** The newest one at the moment shown: before its operation was asked there was none. */
export const lookupShown = ({
  lookup,
  past,
  model,
}: Pick<AppState, 'lookup' | 'past' | 'model'>): Lookup | undefined =>
  past === undefined || model.recent.some(({ id }) => id === lookup?.operation) ? lookup : undefined;
