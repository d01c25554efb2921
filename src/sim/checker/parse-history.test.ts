import { describe, expect, test } from 'vitest';
import { parseHistory } from './parse-history.ts';

const lines = (...objects: readonly object[]): string => objects.map((each) => JSON.stringify(each)).join('\n');
const refused = (text: string, model: 'register' | 'kv' = 'register') => {
  const parsed = parseHistory(text, model);
  return parsed.ok ? 'not refused' : `${parsed.line}: ${parsed.text}`;
};
const invoke = { process: 0, type: 'invoke', f: 'write', key: 'x', value: 1, time: 5 };

describe('parseHistory', () => {
  test('operations in the order of their invocation, with their lines as places', () => {
    const text = lines(
      { process: 0, type: 'invoke', f: 'write', key: 'x', value: 1, time: 1 },
      { process: 'b', type: 'invoke', f: 'read', key: 'x', value: null, time: 2 },
      { process: 'b', type: 'ok', f: 'read', key: 'x', value: 1, time: 3 },
      { process: 0, type: 'info', f: 'write', key: 'x', value: 1, time: 4 },
      { process: 1, type: 'invoke', f: 'cas', key: 'x', value: [1, 'two'], time: 5 },
      { process: 1, type: 'ok', f: 'cas', key: 'x', value: [1, 'two'], swapped: false, time: 6 },
      { process: 0, type: 'invoke', f: 'read', key: 'x', time: 7 },
    );
    const parsed = parseHistory(`${text}\n\n`, 'register');
    expect(parsed.ok && parsed.operations).toMatchObject([
      { process: '0', kind: 'write', written: '1', status: 'unknown', invoked: 1, completed: Number.POSITIVE_INFINITY },
      { process: 'b', kind: 'read', answered: '1', status: 'ok', invoked: 2, completed: 3 },
      { process: '1', kind: 'cas', expected: '1', written: '"two"', swapped: false, invoked: 5, completed: 6 },
      { process: '0', kind: 'read', status: 'unknown', invoked: 7 },
    ]);
  });

  test('a key may be left out where there is one register, and at a completion', () => {
    const text = lines(
      { process: 0, type: 'invoke', f: 'write', value: 1 },
      { process: 0, type: 'ok', f: 'write', value: 1 },
    );
    expect(parseHistory(text, 'register')).toMatchObject({ ok: true, operations: [{ key: '', status: 'ok' }] });
  });

  test('deletes and times to live are of the model kv', () => {
    const text = lines({ ...invoke, ttlMs: 30 }, { process: 1, type: 'invoke', f: 'delete', key: 'x' });
    expect(parseHistory(text, 'kv')).toMatchObject({
      ok: true,
      operations: [{ expiry: { ttlNs: 30e6, byNs: Number.POSITIVE_INFINITY } }, { kind: 'delete' }],
    });
    expect(refused(text)).toMatch(/^1: ttlMs belongs to a write or a cas in the model kv/);
    expect(refused(lines({ process: 1, type: 'invoke', f: 'delete', key: 'x' }))).toMatch(
      /^1: f must be one of read, write, cas in the model register, not "delete"/,
    );
  });

  test('when a value may be gone and must be follows from the times, unless the file says it', () => {
    const ttl = { ...invoke, time: 0, ttlMs: 1000 };
    const expiryOf = (begun: object) => {
      const parsed = parseHistory(lines(begun, { ...invoke, type: 'ok', time: 10e6 }), 'kv');
      return parsed.ok && parsed.operations[0]?.expiry;
    };
    expect(expiryOf(ttl)).toEqual({ ttlNs: 1000e6, fromNs: 950e6, byNs: 3060e6 });
    expect(expiryOf({ ...ttl, goneNs: [5, 7] })).toEqual({ ttlNs: 1000e6, fromNs: 5, byNs: 7 });
    expect(expiryOf({ ...ttl, goneNs: [5, null] })).toMatchObject({ fromNs: 5, byNs: Number.POSITIVE_INFINITY });
    for (const goneNs of [5, [5], ['5', 7], [null, 7], [9, 3], [5, '7']])
      expect(refused(lines({ ...ttl, goneNs }), 'kv')).toContain('goneNs is');
    expect(refused(lines({ ...invoke, goneNs: [5, 7] }), 'kv')).toContain('goneNs is');
  });

  test('what a CAS that did not match met', () => {
    const begun = { ...invoke, f: 'cas', value: [1, 2] };
    const ended = { ...begun, type: 'ok', swapped: false };
    expect(parseHistory(lines(begun, { ...ended, actual: null }), 'register')).toMatchObject({
      operations: [{ answered: null }],
    });
    expect(parseHistory(lines(begun, { ...ended, actual: 3 }), 'register')).toMatchObject({
      operations: [{ answered: '3' }],
    });
    expect(refused(lines(begun, { ...ended, swapped: true, actual: 3 }))).toContain(
      'actual belongs to a cas that did not match',
    );
  });

  test.each([
    ['{', '1: this is not JSON'],
    ['[]', '1: this is no object'],
    ['', '0: the file holds no operation'],
    ['\n\n \n', '0: the file holds no operation'],
    ['\uFEFF', '0: the file holds no operation'],
    [lines(invoke, invoke), '2: process 0 is still at the operation it invoked before'],
    [lines({ ...invoke, type: 'ok' }), '1: process 0 has nothing under way that could end'],
    [lines(invoke, { ...invoke, type: 'done' }), '2: type must be one of invoke, ok, fail, info, not "done"'],
    [
      lines(invoke, { process: 0, type: 'ok', f: 'read', key: 'x', value: 1 }),
      '2: process 0 invoked write x, and this',
    ],
    [lines(invoke, { ...invoke, type: 'ok', key: 'y' }), '2: process 0 invoked write x, and this ends write y'],
    [lines({ ...invoke, process: null }), '1: process must be a number or a string'],
    [lines({ ...invoke, key: {} }), '1: key must be a string or a number'],
    [lines({ ...invoke, time: 'now' }), '1: time must be a number of nanoseconds'],
    [lines({ process: 0, type: 'invoke', f: 'write', key: 'x' }), '1: a write needs a value'],
    [lines({ ...invoke, f: 'cas', value: 1 }), '1: the value of a cas must be [old, new]'],
    [
      lines({ process: 0, type: 'invoke', f: 'read', key: 'x' }, { process: 0, type: 'ok', f: 'read', key: 'x' }),
      '2: a read that is ok needs a value; null = absent',
    ],
    [
      lines(invoke, { ...invoke, type: 'ok', value: 2 }),
      '2: process 0 invoked the write of 1, and this ends one of 2; leave the value of a completion out, or repeat',
    ],
    [
      lines({ ...invoke, f: 'cas', value: [1, 2] }, { ...invoke, f: 'cas', type: 'fail', value: [9, 9] }),
      '2: process 0 invoked the cas of [1,2], and this ends one of [9,9]',
    ],
    [lines(invoke, { ...invoke, type: 'ok', swapped: true }), '2: swapped is true or false, and belongs to a cas'],
  ])('%s is refused', (text, message) => {
    expect(refused(text)).toContain(message);
  });

  test('a completion may repeat what was invoked, and an info may carry anything', () => {
    const cas = { ...invoke, process: 1, f: 'cas', value: [{ a: [1] }, null] };
    const text = lines(invoke, cas, { ...invoke, type: 'ok' }, { ...cas, type: 'info', value: 'timeout' });
    expect(parseHistory(text, 'register')).toMatchObject({
      ok: true,
      operations: [{ status: 'ok' }, { status: 'unknown' }],
    });
  });

  test('a byte-order mark in front is no part of the file', () => {
    expect(parseHistory(`\uFEFF${lines(invoke)}`, 'register')).toMatchObject({ ok: true, operations: [{ key: 'x' }] });
    expect(refused(`\uFEFF${lines(invoke)}\n\uFEFF{`)).toBe('2: this is not JSON');
  });

  test.each([
    ['{"process":0,"type":"invoke","f":"write","key":"x","value":9007199254740993}', 'value'],
    ['{"process":0,"type":"invoke","f":"write","key":"x","value":[{"a":-9007199254740993}]}', 'value'],
    ['{"process":0,"type":"invoke","f":"write","key":"x","value":1e999}', 'value'],
    ['{"process":0,"type":"invoke","f":"write","key":9007199254740993,"value":1}', 'key'],
    ['{"process":9007199254740993,"type":"invoke","f":"write","key":"x","value":1}', 'process'],
  ])('%s: such a number would be equal to another one', (text, name) => {
    expect(refused(text)).toBe(
      `1: ${name} holds a number that cannot be told from its neighbours: whole numbers go to ±9007199254740991; write larger ones as text, in quotes`,
    );
  });

  test('numbers that can be told apart are values, at their bounds as well', () => {
    for (const value of [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.1, -1.5, 1e-9])
      expect(parseHistory(lines({ ...invoke, value }), 'register')).toMatchObject({
        operations: [{ written: `${value}` }],
      });
  });

  test('what is nested too deep is refused with its line, wherever it stands', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const line = (name: string, depth: number) => {
      const { [name]: _, ...others } = { ...invoke } as Record<string, unknown>;
      return `${JSON.stringify(others).slice(0, -1)},"${name}":${nested(depth)}}`;
    };
    expect(parseHistory(line('value', 100), 'register')).toMatchObject({ ok: true });
    for (const [name, depth] of [
      ['value', 101],
      ['value', 20_000],
      ['f', 20_000],
      ['type', 20_000],
    ] as const)
      expect(refused(line(name, depth))).toBe(`1: ${name} is nested deeper than 100 levels`);
  });

  test.each([
    [0, 'ttlMs must be a number above 0'],
    ['1s', 'ttlMs must be a number above 0'],
  ])('ttlMs=%s is refused', (ttlMs, message) => {
    expect(refused(lines({ ...invoke, ttlMs }), 'kv')).toContain(message);
    const { time, ...timeless } = { ...invoke, ttlMs: 5 };
    expect(refused(lines(timeless), 'kv')).toContain('what is written with ttlMs needs a time');
  });
});
