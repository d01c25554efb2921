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

  /** Any plain value, field by field in the order of the sorted names: equal values enter equally, whoever built them. Absent = undefined. */
  value(value: unknown): void {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      this.number(KIND.integer);
      this.number(value);
    } else if (typeof value === 'string') {
      this.number(KIND.text);
      this.text(value);
    } else if (value instanceof Uint8Array) {
      this.number(KIND.bytes);
      this.bytes(value);
    } else if (Array.isArray(value)) {
      this.number(KIND.list);
      this.number(value.length);
      for (const item of value) this.value(item);
    } else if (typeof value === 'object' && value !== null) {
      this.number(KIND.fields);
      for (const name of Object.keys(value).sort()) {
        const field = (value as Record<string, unknown>)[name];
        if (field === undefined) continue;
        this.text(name);
        this.value(field);
      }
      this.number(KIND.end);
    } else {
      // Fractions (chances), booleans, null.
      this.number(KIND.other);
      this.text(String(value));
    }
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

const KIND = { integer: 1, text: 2, bytes: 3, list: 4, fields: 5, end: 6, other: 7 } as const;

const hex8 = (value: number): string => value.toString(16).padStart(8, '0');
