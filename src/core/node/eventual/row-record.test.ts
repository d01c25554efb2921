import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptBytes } from '../../base/bytes.ts';
import { nodeId, shardId } from '../../base/ids.ts';
import { dataKey, VALUE_TYPE } from '../../lsm/internal-key.ts';
import type { WriteOp } from '../../lsm/write-batch.ts';
import { EVENTUAL_KEYSPACE, STRONG_KEYSPACE } from '../keyspace.ts';
import { decodeLogRecord, encodeNotes, encodeRows } from '../log-record.ts';
import type { EventualNote } from './row-record.ts';

const someBytes = fc.uint8Array({ maxLength: 6 });
const shard = fc.integer({ min: 0, max: 0xffff }).map(shardId);
const someKey = fc
  .tuple(shard, fc.integer({ min: 0, max: 0xfffffffe }), someBytes)
  .map(([of, storageId, key]) => dataKey(EVENTUAL_KEYSPACE, of, storageId, key));
const op: fc.Arbitrary<WriteOp> = fc.oneof(
  fc.record({ type: fc.constant(VALUE_TYPE.put), key: someKey, value: someBytes }),
  fc.record({ type: fc.constant(VALUE_TYPE.tombstone), key: someKey, value: fc.constant(new Uint8Array(0)) }),
);
const note: fc.Arbitrary<EventualNote> = fc.oneof(
  fc.record({ type: fc.constant('ClockBound' as const), boundUs: fc.maxSafeNat() }),
  fc
    .record({ of: shard, storageId: fc.nat(), limits: fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()), flag: fc.boolean() })
    .map(({ of, storageId, limits: [a, b], flag }) => ({
      ...{ type: 'Limits' as const, shard: of, storageId, isComplete: flag },
      ...{ fenceUs: Math.max(a, b), watermarkUs: Math.min(a, b) },
    })),
  fc.record({
    ...{ type: fc.constant('Hint' as const), shard, home: fc.integer({ min: 1, max: 65_535 }).map(nodeId) },
    ...{ key: someBytes, row: fc.option(someBytes, { nil: undefined }) },
  }),
);

function expectWhole(bytes: Uint8Array, record: unknown): void {
  expect(decodeLogRecord(bytes)).toEqual(record);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeLogRecord(bytes.slice(0, length))).toThrow(CorruptBytes);
  expect(() => decodeLogRecord(Uint8Array.of(...bytes, 0))).toThrow(CorruptBytes);
}

test('rows are read back as they were; cut anywhere, or longer, they are refused', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 5 }), (ops) => expectWhole(encodeRows({ ops }), { type: 'Rows', ops })),
  );
});

test('notes are read back as they were; cut anywhere, or longer, they are refused', () => {
  fc.assert(
    fc.property(fc.array(note, { maxLength: 5 }), (notes) =>
      expectWhole(encodeNotes({ notes }), { type: 'Notes', notes }),
    ),
  );
});

test('nonsense is refused, or is a record that encodes to something that is read alike', () => {
  fc.assert(
    fc.property(fc.constantFrom(6, 7), fc.uint8Array({ maxLength: 40 }), (kind, rest) => {
      let record: ReturnType<typeof decodeLogRecord>;
      try {
        record = decodeLogRecord(Uint8Array.of(kind, ...rest));
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptBytes);
        return;
      }
      if (record.type === 'Rows') expect(decodeLogRecord(encodeRows(record))).toEqual(record);
      else if (record.type === 'Notes') expect(decodeLogRecord(encodeNotes(record))).toEqual(record);
    }),
    { numRuns: 1000 },
  );
});

test('what is no row, and a watermark above its fence, is refused', () => {
  const strong = {
    type: VALUE_TYPE.put,
    key: dataKey(STRONG_KEYSPACE, 0, 1, new Uint8Array(0)),
    value: new Uint8Array(0),
  };
  expect(() => decodeLogRecord(encodeRows({ ops: [strong] }))).toThrow(CorruptBytes);
  const limits = { shard: shardId(0), storageId: 1, fenceUs: 1, watermarkUs: 2, isComplete: true };
  expect(() => decodeLogRecord(encodeNotes({ notes: [{ type: 'Limits', ...limits }] }))).toThrow(CorruptBytes);
});
