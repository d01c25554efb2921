import type { Operation } from '../../core/client/operation.ts';
import { decodeKey, operationKeys } from '../../core/cluster/describe.ts';

const VERB = {
  Put: 'PUT',
  Get: 'GET',
  Delete: 'DELETE',
  Cas: 'CAS',
  Scan: 'SCAN',
  Batch: 'BATCH',
  EventualRead: 'GET',
} as const;

/** `PUT user:42`: verb and key, without the value; `BATCH a{u1} +2`: its first key, and how many others. */
export function operationText(operation: Operation): string {
  const [first, ...others] = operationKeys(operation);
  const verb =
    operation.type === 'EventualWrite' ? (operation.value === undefined ? 'DELETE' : 'PUT') : VERB[operation.type];
  return `${verb} ${decodeKey(first) || '""'}${others.length === 0 ? '' : ` +${others.length}`}`;
}
