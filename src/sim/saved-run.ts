import { encodeUtf8 } from '../core/base/utf8.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import { BYTES_MARK, canonicalText } from './canonical-text.ts';
import { validateRun } from './validate-run.ts';

function decodeBytes(text: string): Uint8Array {
  if (text.startsWith('u:')) return encodeUtf8(text.slice(2));
  if (!/^x:([0-9a-f]{2})*$/.test(text)) throw new SyntaxError(`not encoded bytes: ${text.slice(0, 20)}`);
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

/** No run nests deeper; a file that does must not exhaust the stack. */
const DEPTH_MAX = 16;

function fromPlain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) throw new SyntaxError('a saved run does not nest that deeply');
  if (Array.isArray(value)) return value.map((item) => fromPlain(item, depth + 1));
  const fields = value as Record<string, unknown>;
  if (typeof fields[BYTES_MARK] === 'string') return decodeBytes(fields[BYTES_MARK]);
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fromPlain(field, depth + 1)]));
}

export function encodeRun(run: SavedRun): string {
  const actions = run.actions.map((timed) => canonicalText(timed)).join(',\n    ');
  const head = canonicalText({ format: run.format, header: run.header, endUs: run.endUs, digest: run.digest });
  return `${head.slice(0, -1)},"actions":[\n    ${actions}\n]}\n`;
}

/** @throws SyntaxError that says what is wrong with the file. */
export const decodeRun = (text: string): SavedRun => validateRun(fromPlain(JSON.parse(text), 0));
