import { assert } from '../base/assert.ts';
import { murmur3Bytes } from '../base/hash.ts';

/** Two hashes that share nothing: one hash rotated into a second gives 70 % more false positives. On disk: do not change. */
const HASH_SEED_1 = 0x9747b28c;
const HASH_SEED_2 = 0x5bd1e995;

const BITS_MIN = 64;
const PROBES_MAX = 30;

/**
 * A set that never forgets a key and now and then believes in one it never saw (Bloom 1970; probes by double hashing,
 * Kirsch and Mitzenmacher 2006): 0.8 % of absent keys at 10 bits a key. Over key bytes without sequence.
 */
export class BloomFilter {
  /** Bit i is bit i mod 8 of byte i / 8. */
  readonly bits: Uint8Array;
  /** Kept with the bits on disk: a filter must be probed as it was built. */
  readonly probes: number;

  constructor(bits: Uint8Array, probes: number) {
    assert(bits.length > 0 && probes >= 1 && probes <= PROBES_MAX, 'a Bloom filter has bits and 1 … 30 probes');
    this.bits = bits;
    this.probes = probes;
  }

  mayContain(key: Uint8Array): boolean {
    const step = murmur3Bytes(key, HASH_SEED_2) | 1;
    let hash = murmur3Bytes(key, HASH_SEED_1);
    const bitCount = this.bits.length * 8;
    for (let probe = 0; probe < this.probes; probe++) {
      const bit = hash % bitCount;
      if (((this.bits[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false;
      hash = (hash + step) >>> 0;
    }
    return true;
  }
}

/**
 * The size of a filter follows from the number of its keys. Where that is known before, bits are set as keys come; else hashes are collected, and
 * `finish` takes as long as all of them.
 */
export class BloomFilterBuilder {
  private readonly bitsPerKey: number;
  private readonly probes: number;
  private readonly bits: Uint8Array | undefined;
  private readonly starts: number[] = [];
  private readonly steps: number[] = [];

  /** @param keysMax where it is known; with fewer keys the filter is larger than it had to be */
  constructor(bitsPerKey: number, keysMax?: number) {
    this.bitsPerKey = bitsPerKey;
    // ln 2 bits per key and probe are best: 10 bits → 7 probes.
    this.probes = Math.max(1, Math.min(PROBES_MAX, Math.floor(bitsPerKey * 0.69 + 0.5)));
    this.bits = keysMax === undefined ? undefined : this.room(keysMax);
  }

  /** Each distinct key once. */
  add(key: Uint8Array): void {
    const start = murmur3Bytes(key, HASH_SEED_1);
    const step = murmur3Bytes(key, HASH_SEED_2) | 1;
    if (this.bits !== undefined) {
      this.set(this.bits, start, step);
    } else {
      this.starts.push(start);
      this.steps.push(step);
    }
  }

  finish(): BloomFilter {
    const { starts, steps } = this;
    const bits = this.bits ?? this.room(starts.length);
    for (let i = 0; i < starts.length; i++) this.set(bits, starts[i] as number, steps[i] as number);
    return new BloomFilter(bits, this.probes);
  }

  private room(keys: number): Uint8Array {
    const bits = new Uint8Array(Math.ceil(Math.max(BITS_MIN, keys * this.bitsPerKey) / 8));
    assert(bits.length * 8 < 4294967296, 'a hash reaches every bit');
    return bits;
  }

  private set(bits: Uint8Array, start: number, step: number): void {
    const bitCount = bits.length * 8;
    let hash = start;
    for (let probe = 0; probe < this.probes; probe++) {
      const bit = hash % bitCount;
      bits[bit >>> 3] = (bits[bit >>> 3] as number) | (1 << (bit & 7));
      hash = (hash + step) >>> 0;
    }
  }
}
