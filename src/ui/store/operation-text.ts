import type { Operation } from '../../core/client/operation.ts';
import { decodeKey } from '../../core/cluster/describe.ts';

const VERB = { Put: 'PUT', Get: 'GET', Delete: 'DELETE', Cas: 'CAS', Scan: 'SCAN' } as const;
const EMPTY = new Uint8Array(0);

export const operationKey = (operation: Operation): Uint8Array =>
  (operation.type === 'Scan' ? operation.from : operation.key) ?? EMPTY;

/** `PUT user:42`: verb and key, without the value. */
export const operationText = (operation: Operation): string =>
  `${VERB[operation.type]} ${decodeKey(operationKey(operation)) || '""'}`;
