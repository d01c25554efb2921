import { compareBytes } from '../core/base/bytes.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';

export const BYTES_MARK = '$bytes';

/** Bytes in JSON: `u:` and the text where they are UTF-8, else `x:` and hexadecimal digits. */
function encodeBytes(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (compareBytes(encodeUtf8(text), bytes) === 0) return `u:${text}`;
  return `x:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** A value as plain JSON with sorted keys, so that equal values have equal texts. */
function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [BYTES_MARK]: encodeBytes(value) };
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) plain[key] = toPlain(field);
  }
  return plain;
}

/** One action as canonical JSON text: what the action log holds and what enters the digest. */
export const canonicalText = (value: unknown): string => JSON.stringify(toPlain(value));
