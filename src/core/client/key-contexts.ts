import { must } from '../base/assert.ts';
import { decodeUtf8 } from '../base/utf8.ts';
import { parseContextToken, type ReadContext } from '../replication/context-token.ts';
import { laterStamp, type Stamp } from '../replication/stamp.ts';
import { EMPTY_VECTOR, joinVectors, type VersionVector } from '../replication/version-vector.ts';

/** Keys whose context is remembered; of more, those that were met longest ago are forgotten: a write of one is as one of a key that nobody has read. */
const KEY_CONTEXTS_MAX = 10_000;

/** What a write takes along. */
interface WriteContext {
  readonly context: VersionVector;
  readonly seen: Stamp | undefined;
}

/** What a client has been shown in the eventual keyspace: of each key the versions, which its next write replaces, and of all keys the latest stamp. */
export class KeyContexts {
  private readonly vectors = new Map<string, VersionVector>();
  private seen: Stamp | undefined;

  /** An answer has told of the key. */
  met(key: Uint8Array, vector: VersionVector, stamp: Stamp | undefined): void {
    if (stamp !== undefined) this.seen = this.seen === undefined ? stamp : laterStamp(this.seen, stamp);
    const name = decodeUtf8(key);
    const joined = joinVectors(this.vectors.get(name) ?? EMPTY_VECTOR, vector);
    this.vectors.delete(name);
    if (joined.length === 0) return;
    this.vectors.set(name, joined);
    if (this.vectors.size <= KEY_CONTEXTS_MAX) return;
    const [oldest] = this.vectors.keys();
    this.vectors.delete(must(oldest, 'there are some'));
  }

  /** @param token as of `EventualWrite.context` */
  of(key: Uint8Array, token: string | undefined): WriteContext {
    if (token === undefined) return { context: this.vectors.get(decodeUtf8(key)) ?? EMPTY_VECTOR, seen: this.seen };
    if (token === '') return { context: EMPTY_VECTOR, seen: undefined };
    const { vector, stamp }: ReadContext = must(parseContextToken(token), 'a context is checked where it is given');
    return { context: vector, seen: this.seen === undefined ? stamp : laterStamp(this.seen, stamp) };
  }
}
