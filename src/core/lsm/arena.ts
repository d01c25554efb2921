/** What is allocated at once. */
const CHUNK_BYTES = 16 * 1024;
/** Larger pieces get memory of their own, so that little of a chunk is left over (LevelDB's rule). */
const SHARED_BYTES_MAX = CHUNK_BYTES / 4;

/**
 * Copies of many small byte strings that live and die together (LevelDB's Arena). A typed array of its own for each costs several times
 * what a view of a shared chunk does, and more again when it is collected.
 */
export class Arena {
  private chunk = new Uint8Array(0);
  /** Bytes of `chunk` given out. */
  private used = 0;

  /** A view of the copy. Whoever hands it on slices it: what clones a view clones the chunk. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > SHARED_BYTES_MAX) return bytes.slice();
    if (this.used + length > this.chunk.length) {
      this.chunk = new Uint8Array(CHUNK_BYTES);
      this.used = 0;
    }
    const from = this.used;
    this.used += length;
    this.chunk.set(bytes, from);
    return this.chunk.subarray(from, this.used);
  }
}
