import { assert } from '../base/assert.ts';
import { KEY_PREFIX_BYTES, VALUE_TYPE, type ValueType } from './internal-key.ts';

/** Above the largest user key and value, with room for what a node stores beside them. */
const INTERNAL_KEY_BYTES_MAX = 8 * 1024;
export const INTERNAL_VALUE_BYTES_MAX = 2 * 1024 * 1024;

export interface WriteOp {
  readonly type: ValueType;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const NO_VALUE = new Uint8Array(0);

/** Writes that become visible together, in this order: a later one on the same key wins. Keys are data keys (`dataKey`). */
export class WriteBatch {
  private readonly written: WriteOp[] = [];

  get ops(): readonly WriteOp[] {
    return this.written;
  }

  /** Neither may change until the batch is written. */
  put(key: Uint8Array, value: Uint8Array): this {
    assert(value.length <= INTERNAL_VALUE_BYTES_MAX, 'a stored value is at most 2 MiB');
    return this.push(VALUE_TYPE.put, key, value);
  }

  delete(key: Uint8Array): this {
    return this.push(VALUE_TYPE.tombstone, key, NO_VALUE);
  }

  private push(type: ValueType, key: Uint8Array, value: Uint8Array): this {
    assert(key.length >= KEY_PREFIX_BYTES, 'a key begins with keyspace, shard and replica id');
    assert(key.length <= INTERNAL_KEY_BYTES_MAX, 'a stored key is at most 8 KiB');
    this.written.push({ type, key, value });
    return this;
  }
}
