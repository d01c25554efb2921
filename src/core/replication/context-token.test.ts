import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contextToken, parseContextToken } from './context-token.ts';
import { anyStamp, vector } from './testing/arbitrary-row.ts';

const contexts = fc.record({ stamp: anyStamp, vector });

test('a token comes back, and can be printed anywhere', () => {
  fc.assert(
    fc.property(contexts, (context) => {
      const token = contextToken(context);
      expect(token).toMatch(/^[\w-]+$/);
      expect(parseContextToken(token)).toEqual(context);
    }),
  );
});

test('what lost or changed a character is no token', () => {
  fc.assert(
    fc.property(contexts, fc.nat(), fc.string({ maxLength: 2 }), (context, at, other) => {
      const token = contextToken(context);
      const place = at % token.length;
      const changed = token.slice(0, place) + other + token.slice(place + 1);
      if (changed !== token) expect(parseContextToken(changed)).toBeUndefined();
    }),
  );
});

test('nonsense is no token', () => {
  fc.assert(fc.property(fc.base64String(), (text) => void expect(parseContextToken(text)).toBeUndefined()));
  for (const text of ['', 'A', 'AAAA', '%%%%', 'AAAAAAAA']) expect(parseContextToken(text)).toBeUndefined();
});
