import { finalize, mix32, murmur3Bytes } from '../core/base/hash.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';

const SEED_A = 0x243f6a88;
const SEED_B = 0x85a308d3;

/**
 * Two 32-bit hashes over a stream of numbers and bytes. Each number enters both, differently salted. Used per step (in the node's process)
 * and over all steps in key order (in the conductor): the trace digest.
 */
export class Digest {
  a: number = SEED_A | 0;
  b: number = SEED_B | 0;

  number(value: number): void {
    const low = value | 0;
    this.a = mix32(this.a, low);
    this.b = mix32(this.b, low ^ 0x5bd1e995);
    if (value !== low) {
      const high = Math.floor(value / 4294967296);
      this.a = mix32(this.a, high);
      this.b = mix32(this.b, high);
    }
  }

  bytes(bytes: Uint8Array): void {
    const hash = murmur3Bytes(bytes, 0x9747b28c);
    this.number(bytes.length);
    this.a = mix32(this.a, hash);
    this.b = mix32(this.b, Math.imul(hash, 0x2545f491));
  }

  text(text: string): void {
    this.bytes(encodeUtf8(text));
  }

  reset(): void {
    this.a = SEED_A | 0;
    this.b = SEED_B | 0;
  }

  /** 16 hexadecimal digits. */
  hex(): string {
    return hex8(finalize(this.a)) + hex8(finalize(this.b));
  }
}

const hex8 = (value: number): string => value.toString(16).padStart(8, '0');
