/** UTF-8 by hand: core has no TextEncoder, and every engine must give the same bytes. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const point = codePointAt(text, i);
    if (point > 0xffff) i++;
    if (point < 0x80) {
      out[at++] = point;
    } else if (point < 0x800) {
      out[at++] = 0xc0 | (point >> 6);
      out[at++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      out[at++] = 0xe0 | (point >> 12);
      out[at++] = 0x80 | ((point >> 6) & 63);
      out[at++] = 0x80 | (point & 63);
    } else {
      out[at++] = 0xf0 | (point >> 18);
      out[at++] = 0x80 | ((point >> 12) & 63);
      out[at++] = 0x80 | ((point >> 6) & 63);
      out[at++] = 0x80 | (point & 63);
    }
  }
  return out;
}

export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const point = codePointAt(text, i);
    if (point > 0xffff) i++;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Bytes that are not UTF-8 decode to U+FFFD, as in the WHATWG decoder; never throws. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i] as number;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      i++;
      continue;
    }
    const [point, length] = decodeSequence(bytes, i, lead);
    text += String.fromCodePoint(point);
    i += length;
  }
  return text;
}

const REPLACEMENT = 0xfffd;

function decodeSequence(bytes: Uint8Array, at: number, lead: number): [point: number, length: number] {
  const extra =
    lead >= 0xf0 && lead <= 0xf4 ? 3 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xc2 && lead < 0xe0 ? 1 : 0;
  if (extra === 0) return [REPLACEMENT, 1];
  let point = lead & (0x3f >> extra);
  for (let k = 1; k <= extra; k++) {
    const next = bytes[at + k];
    if (next === undefined || next < lowest(lead, k) || next > highest(lead, k)) return [REPLACEMENT, k];
    point = (point << 6) | (next & 63);
  }
  return [point, extra + 1];
}

// The second byte of some sequences is narrower than 80…BF: no overlong forms, no surrogates, nothing above U+10FFFF.
const lowest = (lead: number, k: number): number =>
  k !== 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
const highest = (lead: number, k: number): number =>
  k !== 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;

function codePointAt(text: string, i: number): number {
  const point = text.codePointAt(i) as number;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
}
