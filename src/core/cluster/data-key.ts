import { dataKey, KEY_PREFIX_BYTES, userKeyOf } from '../lsm/internal-key.ts';
import { STRONG_KEYSPACE, SYSTEM_KEYSPACE } from '../node/keyspace.ts';
import { decodeKey } from './describe.ts';

/** Whose key a data key of the storage engine is. */
export interface DataKeyFields {
  /** `system`: rows that a replica keeps for itself, sessions and its summary. */
  readonly keyspace: 'system' | 'strong';
  readonly shard: number;
  readonly replicaId: number;
  /** As people read it: `user:42`, `(session 17)`, `(summary)`. */
  readonly text: string;
}

/** Undefined: the bytes are shorter than what every data key begins with. */
export function dataKeyFields(key: Uint8Array): DataKeyFields | undefined {
  if (key.length < KEY_PREFIX_BYTES) return undefined;
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const system = view.getUint8(0) === SYSTEM_KEYSPACE;
  const userKey = userKeyOf(key);
  return {
    keyspace: system ? 'system' : 'strong',
    shard: view.getUint16(1),
    replicaId: view.getUint32(3),
    text: system ? systemRow(userKey) : decodeKey(userKey),
  };
}

/** `s3 user:42`. */
export function dataKeyText(key: Uint8Array): string {
  const fields = dataKeyFields(key);
  return fields === undefined ? `${key.length} bytes that are no data key` : `s${fields.shard} ${fields.text}`;
}

const SESSION_ROW = 'session/';

function systemRow(row: Uint8Array): string {
  const text = decodeKey(row.subarray(0, SESSION_ROW.length));
  if (text !== SESSION_ROW || row.length !== SESSION_ROW.length + 8) return `(${decodeKey(row)})`;
  const id = new DataView(row.buffer, row.byteOffset + SESSION_ROW.length, 8).getBigUint64(0);
  return `(session ${id})`;
}

/** The data key of a client's key in this replica. */
export const clientDataKey = (shard: number, replicaId: number, userKey: Uint8Array): Uint8Array =>
  dataKey(STRONG_KEYSPACE, shard, replicaId, userKey);
