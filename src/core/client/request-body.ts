import { assert } from '../base/assert.ts';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../node/config.ts';
import type { RequestBody, SessionId, WriteOp } from '../node/message.ts';
import type { Operation } from './operation.ts';

/** Sessions are for writes, so their body needs one and a sequence number; for reads both are ignored. */
export function requestBody(operation: Operation, session: SessionId | undefined, sequence: number): RequestBody {
  if (operation.type === 'Get') return { type: 'Get', key: operation.key };
  if (operation.type === 'Scan') {
    return { type: 'Scan', from: operation.from, to: operation.to, limit: operation.limit };
  }
  assert(session !== undefined && sequence > 0, 'a write goes through a session');
  return { type: 'Write', session, sequence, write: writeOp(operation) };
}

function writeOp(operation: WriteOp): WriteOp {
  switch (operation.type) {
    case 'Put':
      return { type: 'Put', key: operation.key, value: operation.value };
    case 'Delete':
      return { type: 'Delete', key: operation.key };
    case 'Cas':
      return { type: 'Cas', key: operation.key, expected: operation.expected, value: operation.value };
  }
}

/** What a person types is checked where it is parsed; here a wrong operation is a bug. */
export function assertValid(operation: Operation): void {
  if (operation.type === 'Scan') {
    assert(Number.isSafeInteger(operation.limit) && operation.limit > 0, 'a scan has a positive limit');
    return;
  }
  assert(operation.key.length > 0 && operation.key.length <= KEY_BYTES_MAX, 'a key has 1 … KEY_BYTES_MAX bytes');
  if (operation.type === 'Put' || operation.type === 'Cas') {
    assert(operation.value.length <= VALUE_BYTES_MAX, 'a value has at most VALUE_BYTES_MAX bytes');
  }
}
