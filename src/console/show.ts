import type { Micros } from '../core/base/ids.ts';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import type { ClockSnapshot } from '../core/cluster/snapshot.ts';

/** `41 ms`, `0.4 ms`, `12.5 s`: three figures are enough to read. */
export function showDuration(us: Micros): string {
  if (us < 10_000) return `${trimZeros((us / 1000).toFixed(us < 1000 ? 3 : 1))} ms`;
  if (us < 10_000_000 && us % 1_000_000 !== 0) return `${Math.round(us / 1000)} ms`;
  return `${trimZeros((us / 1_000_000).toFixed(2))} s`;
}

/** How wrong clocks are: `400 ms ahead, drift +1 %`; empty: right. */
export function showClock({ offsetUs, ratePpm }: ClockSnapshot): string {
  const off = offsetUs === 0 ? [] : [`${showDuration(Math.abs(offsetUs))} ${offsetUs > 0 ? 'ahead' : 'behind'}`];
  const drift = ratePpm === 0 ? [] : [`drift ${ratePpm > 0 ? '+' : '−'}${showChance(Math.abs(ratePpm) / 1e6)}`];
  return [...off, ...drift].join(', ');
}

/** Virtual time since the start of the run, cut to milliseconds as the page's clock is: `3.250 s`. */
export const showTime = (us: Micros): string => `${(Math.floor(Math.round(us) / 1000) / 1000).toFixed(3)} s`;

/** 0.1 → `10 %`. */
export const showChance = (p: number): string => `${trimZeros((p * 100).toFixed(2))} %`;

export const showSpeed = (speed: number | 'max' | 'auto'): string =>
  typeof speed === 'string'
    ? speed
    : speed < 1 && Number.isInteger(round(1 / speed))
      ? `1/${round(1 / speed)}`
      : String(speed);

/** `17 B`, `3.2 KiB`, `1.5 MiB`. */
export function showSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KiB'] : [bytes / (1024 * 1024), 'MiB'];
  return `${trimZeros(size.toFixed(size < 100 ? 1 : 0))} ${unit}`;
}

export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;

/** A word of the user in an error: short, whatever was pasted. */
export function shorten(text: string): string {
  const start = [...text.slice(0, 2 * WORD_SHOWN_MAX)];
  const cut = start.length > WORD_SHOWN_MAX || text.length > 2 * WORD_SHOWN_MAX;
  return escapeText(start.slice(0, WORD_SHOWN_MAX).join('')) + (cut ? '…' : '');
}

/** Bytes in quotes for the screen; long ones cut, with their size. */
export function showBytes(bytes: Uint8Array): string {
  if (bytes.length <= BYTES_SHOWN_MAX) return `"${escapeText(bytesToText(bytes), true)}"`;
  let end = BYTES_SHOWN_MAX;
  // Never cut inside a UTF-8 sequence.
  while (end > BYTES_SHOWN_MAX - 4 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return `"${escapeText(bytesToText(bytes.subarray(0, end)), true)}…" (${bytes.length} bytes)`;
}

/** The text that the bytes are in UTF-8; bytes that are none become `\xNN`. What `value` of a result holds. */
export function bytesToText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (!text.includes('\ufffd') || sameBytes(encodeUtf8(text), bytes)) return text;
  let mixed = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    mixed += length === 0 ? `\\x${hex(bytes[at] as number)}` : decodeUtf8(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return mixed;
}

const WORD_SHOWN_MAX = 40;
const BYTES_SHOWN_MAX = 200;

/** Bytes of the valid UTF-8 sequence at `at`; 0 = there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const sequence = bytes.subarray(at, at + length);
  return sameBytes(encodeUtf8(decodeUtf8(sequence)), sequence) ? length : 0;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Control characters, and those that turn the direction of a line, are shown, never obeyed. */
function escapeText(text: string, quotes = false): string {
  const shown = quotes ? text.replace(/"/g, '\\"') : text;
  return shown.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return `\\u{${(char.codePointAt(0) as number).toString(16)}}`;
  });
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const trimZeros = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);
const round = (n: number): number => Math.round(n * 1e6) / 1e6;
