import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../base/utf8.ts';
import { encodeCommand } from '../node/write-command.ts';
import { commandFields } from './command-fields.ts';
import { decodeKey, describeEntry } from './describe.ts';

const put = (key: string, value: string) =>
  encodeCommand({
    type: 'Write',
    session: 1,
    sequence: 1,
    write: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8(value) },
  });

const describedCommand = (command: Uint8Array) => describeEntry({ kind: 'command', command });

describe('describeEntry', () => {
  test('a write is its key in a cell and its console line in full', () => {
    expect(describedCommand(put('user:42', 'ada'))).toEqual({ label: 'user:42', text: 'PUT user:42 ada' });
  });

  test('a time to live is told as it is typed, and a time entry by its name', () => {
    const write = { type: 'Put', key: encodeUtf8('k'), value: encodeUtf8('v'), ttlUs: 1_500_000 } as const;
    const command = encodeCommand({ type: 'Write', session: 1, sequence: 1, write });
    expect(describedCommand(command).text).toBe('PUT k v ttl=1500ms');
    expect(commandFields(command)).toMatchObject({ ttlUs: 1_500_000 });
    expect(describedCommand(encodeCommand({ type: 'Time' }))).toMatchObject({ label: 'time' });
    expect(commandFields(encodeCommand({ type: 'Time' }))).toEqual({ type: 'time' });
  });

  test('a batch is its size in a cell, and its writes in full', () => {
    const key = encodeUtf8('a{u}');
    const items = [
      { type: 'Put', key, value: encodeUtf8('1') } as const,
      { type: 'Delete', key: encodeUtf8('b{u}') } as const,
    ];
    const command = encodeCommand({ type: 'Write', session: 3, sequence: 7, write: { type: 'Batch', items } });
    expect(describedCommand(command)).toEqual({ label: 'batch×2', text: 'BATCH { PUT a{u} 1; DELETE b{u} }' });
    const fields = { type: 'batch', items: ['PUT a{u} 1', 'DELETE b{u}'], session: 3, sequence: 7 };
    expect(commandFields(command)).toEqual(fields);
    const many = { type: 'Batch', items: Array.from({ length: 8 }, () => items[1] as (typeof items)[1]) } as const;
    const long = encodeCommand({ type: 'Write', session: 3, sequence: 7, write: many });
    expect(describedCommand(long).text).toMatch(/DELETE b\{u\}; … 3 more \}$/);
  });

  test('long keys are cut by character, not by code unit', () => {
    expect(describedCommand(put('🚲'.repeat(30), 'x')).label).toBe(`${'🚲'.repeat(11)}…`);
  });

  test('a session is named, and garbage is said to be garbage', () => {
    expect(describedCommand(encodeCommand({ type: 'RegisterClient', nonce: 1 })).label).toBe('session');
    expect(describedCommand(Uint8Array.of(250, 1)).text).toBe('2 bytes that are no command');
  });
});

describe('commandFields', () => {
  const fieldsOf = (write: Extract<Parameters<typeof encodeCommand>[0], { type: 'Write' }>['write']) =>
    commandFields(encodeCommand({ type: 'Write', session: 3, sequence: 7, write }));
  const key = encodeUtf8('k');

  test('a write is told with its value, its session and its number in it', () => {
    const common = { type: 'write', key: 'k', session: 3, sequence: 7, expected: undefined };
    expect(fieldsOf({ type: 'Put', key, value: encodeUtf8('v') })).toEqual({ ...common, verb: 'PUT', value: 'v' });
    expect(fieldsOf({ type: 'Delete', key })).toEqual({ ...common, verb: 'DELETE', value: undefined });
  });

  test('a CAS that expects nothing says so', () => {
    const value = encodeUtf8('v');
    expect(fieldsOf({ type: 'Cas', key, value, expected: undefined })).toMatchObject({ expected: '(nil)' });
    expect(fieldsOf({ type: 'Cas', key, value, expected: key })).toMatchObject({ verb: 'CAS', expected: 'k' });
  });

  test('a session has no fields, and garbage is nothing', () => {
    expect(commandFields(encodeCommand({ type: 'RegisterClient', nonce: 1 }))).toEqual({ type: 'session' });
    expect(commandFields(Uint8Array.of(250, 1))).toBeUndefined();
  });
});

test('a value of a mebibyte is cut before it is decoded', () => {
  expect(decodeKey(new Uint8Array(1024 * 1024).fill(97))).toBe(`${'a'.repeat(59)}…`);
});
