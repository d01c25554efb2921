import { assert } from '../base/assert.ts';
import type { LogIndex, Micros } from '../base/ids.ts';
import { batchFault } from '../node/batch.ts';
import { KEY_BYTES_MAX, TTL_US_MAX, TTL_US_MIN, VALUE_BYTES_MAX } from '../node/config.ts';
import type { KeyWrite, RequestBody, SessionId, WriteOp } from '../node/message.ts';
import { type Operation, type ReadLevel, type StrongOperation, writeLevelOf } from './operation.ts';

/** Sessions are for writes, so their body needs one and a sequence number; for reads both are ignored. */
export function requestBody(operation: StrongOperation, session: SessionId | undefined, sequence: number): RequestBody {
  if (operation.type === 'Get') return getBody(operation);
  if (operation.type === 'Scan') {
    const { from, to, limit, reverse } = operation;
    return { type: 'Scan', from, to, limit, ...(reverse === true ? { reverse } : {}), ...readOf(operation) };
  }
  assert(session !== undefined && sequence > 0, 'a write goes through a session');
  const early = writeLevelOf(operation) === 1 ? { leaderAck: true as const } : {};
  return { type: 'Write', session, sequence, write: writeOp(operation), ...early };
}

/** @param appliedIndex the least that the replica is to have applied */
export const replicaBody = (key: Uint8Array | undefined, appliedIndex: LogIndex, waitUs: Micros): RequestBody => ({
  type: 'ReplicaGet',
  key,
  appliedIndex,
  waitUs,
});

export const getBody = (operation: Extract<Operation, { type: 'Get' }>): Extract<RequestBody, { type: 'Get' }> => ({
  type: 'Get',
  key: operation.key,
  ...readOf(operation),
});

/** A quorum read that falls back on the leader trusts no clock: it never did. */
const readOf = ({ read }: { readonly read?: ReadLevel }): { readonly read?: 'index' } =>
  read === 'index' || read === 2 || read === 3 ? { read: 'index' } : {};

const writeOp = (operation: WriteOp): WriteOp =>
  operation.type === 'Batch' ? { type: 'Batch', items: operation.items.map(keyWrite) } : keyWrite(operation);

function keyWrite(operation: KeyWrite): KeyWrite {
  if (operation.type === 'Delete') return { type: 'Delete', key: operation.key };
  const { key, value, ttlUs } = operation;
  const expiry = ttlUs === undefined ? {} : { ttlUs };
  if (operation.type === 'Put') return { type: 'Put', key, value, ...expiry };
  return { type: 'Cas', key, expected: operation.expected, value, ...expiry };
}

/** What a person types is checked where it is parsed; here a wrong operation is a bug. */
export function assertValid(operation: Operation): void {
  if (operation.type === 'Scan') {
    assert(Number.isSafeInteger(operation.limit) && operation.limit > 0, 'a scan has a positive limit');
    return;
  }
  if (operation.type === 'Batch') {
    assert(batchFault(operation.items) === undefined, 'a batch has its limits and names each key once');
    operation.items.forEach(assertValidKey);
    assert(
      operation.write !== 1 || operation.items.every(({ type }) => type !== 'Cas'),
      'what a condition comes to is known when it is applied',
    );
    return;
  }
  assertValidKey(operation);
}

function assertValidKey(operation: Exclude<Operation, { readonly type: 'Scan' | 'Batch' }>): void {
  assert(operation.key.length > 0 && operation.key.length <= KEY_BYTES_MAX, 'a key has 1 … KEY_BYTES_MAX bytes');
  if ('value' in operation && operation.value !== undefined) {
    assert(operation.value.length <= VALUE_BYTES_MAX, 'a value has at most VALUE_BYTES_MAX bytes');
    const { ttlUs = TTL_US_MIN } = operation;
    const inRange = Number.isSafeInteger(ttlUs) && ttlUs >= TTL_US_MIN && ttlUs <= TTL_US_MAX;
    assert(inRange, 'a time to live is TTL_US_MIN … TTL_US_MAX microseconds');
  }
}
