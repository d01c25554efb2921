import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptBytes } from '../../base/bytes.ts';
import { nodeId, shardId } from '../../base/ids.ts';
import type { Row } from '../../replication/row.ts';
import { compareStamps, LOGICAL_MAX } from '../../replication/stamp.ts';
import { decodeEnvelope, encodeEnvelope } from '../codec.ts';
import type { Message } from '../message.ts';
import { ROW_PURPOSES, ROW_REFUSALS } from './eventual-message.ts';
import { SYNC_REFUSALS } from './sync-message.ts';

const constant = <const T extends string>(type: T) => fc.constant(type);
const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const positive = number.filter((n) => n > 0);
const word = fc.nat({ max: 0xffffffff });
const blob = fc.uint8Array({ maxLength: 20 });
const optionalBlob = fc.option(blob, { nil: undefined });
const shard = fc.nat(65535).map(shardId);
const node = fc.integer({ min: 1, max: 99 }).map(nodeId);
const nodes = fc.array(node, { maxLength: 4 });
const stamp = fc.record({ wallUs: number, logical: fc.nat(LOGICAL_MAX), node });
const optionalStamp = fc.option(stamp, { nil: undefined });
const dot = fc.record({ actor: stamp, counter: positive });
const vector = fc
  .uniqueArray(dot, { maxLength: 3, comparator: (a, b) => compareStamps(a.actor, b.actor) === 0 })
  .map((dots) => dots.sort((a, b) => compareStamps(a.actor, b.actor)));
const deadlineUs = fc.option(number, { nil: undefined });
const row: fc.Arbitrary<Row> = fc.oneof(
  fc.constant([]),
  fc.record({ stamp, value: optionalBlob, deadlineUs, clock: fc.constant(undefined) }).map((version) => [version]),
  vector.chain((dots) =>
    fc
      .tuple(
        ...dots.map((each) =>
          fc.record({ stamp, value: optionalBlob, deadlineUs, context: vector, each: fc.constant(each) }),
        ),
      )
      .map((versions) => versions.map(({ each, context, ...rest }) => ({ ...rest, clock: { dot: each, context } }))),
  ),
);
const ask = fc.record({ to: node, home: node });
const asks = fc.array(ask, { maxLength: 4 });
const hash = fc.record({ high: word, low: word });
const limits = fc.record({ fenceUs: number, watermarkUs: number });
const numbers = fc.array(number, { maxLength: 4 });

const body = fc.oneof(
  fc.record(
    {
      type: constant('EventualWrite'),
      key: blob,
      value: optionalBlob,
      ttlUs: positive,
      w: number,
      sloppy: fc.boolean(),
      context: vector,
      seen: optionalStamp,
      waitUs: number,
    },
    { requiredKeys: ['type', 'key', 'value', 'w', 'sloppy', 'context', 'seen', 'waitUs'] },
  ),
  fc.record({ type: constant('EventualRead'), key: blob, r: number, sloppy: fc.boolean(), waitUs: number }),
);
const version = fc.record({ value: optionalBlob, stamp, expiresInUs: positive }, { requiredKeys: ['value', 'stamp'] });
const refusal = fc.oneof(
  fc.record({ why: constant('NotEnoughReplicas'), needed: number, homes: nodes }),
  fc.record({ why: constant('ClockAhead'), aheadUs: number, maxUs: number }),
  fc.record({ why: constant('TooManySiblings'), siblings: number, max: number }),
  fc.record({ why: constant('Busy') }),
  fc.record({ why: constant('BelowFence'), behindUs: number }),
  fc.record({ why: constant('RowTooLarge'), bytes: number, max: number }),
);
const reply = fc.oneof(
  fc.record({
    type: constant('EventualWritten'),
    status: fc.constantFrom('ok', 'unknown'),
    stamp,
    acks: asks,
    homes: nodes,
    context: vector,
    versions: number,
  }),
  fc.record({
    type: constant('EventualValue'),
    versions: fc.array(version, { maxLength: 3 }),
    answers: asks,
    homes: nodes,
    repaired: nodes,
    context: vector,
  }),
  fc.tuple(asks, refusal).map(([answers, why]) => ({ type: 'EventualRefused', answers, ...why })),
);
const heldRows = fc.array(fc.record({ key: blob, row }), { maxLength: 3 });
const question = fc.oneof(
  fc.record({ type: fc.constantFrom('root', 'inner') }),
  fc.record({ type: constant('leaves'), nodes: numbers }),
  fc.record({ type: constant('rows'), leaves: numbers, after: optionalBlob, upTo: optionalBlob }),
  fc.record({ type: constant('exchange'), rows: heldRows, keys: fc.array(blob, { maxLength: 4 }) }),
);
const digests = fc.array(fc.record({ key: blob, hash }), { maxLength: 4 });
const answer = fc.oneof(
  fc.record({ type: constant('hashes'), keys: number, hashes: fc.array(hash, { maxLength: 4 }) }),
  fc.record({ type: constant('digests'), rows: digests, upTo: optionalBlob }),
  fc.record({ type: constant('exchanged'), refused: number, below: fc.array(number), rows: heldRows }),
  fc.record({ type: constant('gone') }),
  fc.record({ type: constant('refused'), why: fc.constantFrom(...SYNC_REFUSALS) }),
);
const step = { shard, sync: number, step: number, limits };
const message = fc.oneof(
  fc.record({
    type: constant('RowSent'),
    op: number,
    shard,
    key: blob,
    home: node,
    row,
    written: optionalStamp,
    purpose: fc.constantFrom(...ROW_PURPOSES),
  }),
  fc.record(
    { type: constant('RowTaken'), op: number, shard, home: node, refusal: fc.constantFrom(...ROW_REFUSALS) },
    { requiredKeys: ['type', 'op', 'shard', 'home'] },
  ),
  fc.record({ type: constant('RowAsked'), op: number, shard, key: blob, home: node }),
  fc.record({ type: constant('RowTold'), op: number, shard, home: node, row: fc.option(row, { nil: undefined }) }),
  fc.record({ type: constant('SyncAsked'), ...step, round: number, isCopy: fc.boolean(), question }),
  fc.record({ type: constant('SyncTold'), ...step, epoch: fc.nat(), isComplete: fc.boolean(), answer }),
  fc.record({ type: constant('FenceAsked'), shard, round: number, watermarkUs: number }),
  fc.record({ type: constant('FenceTold'), shard, round: number, epoch: number, hintsBelow: number }),
  fc.record({ type: constant('WatermarkRaised'), shard, watermarkUs: number }),
  fc.record({ type: constant('ClientRequest'), requestId: number, shard, ringEpoch: number, body }),
  fc.record({
    type: constant('ClientReply'),
    requestId: number,
    shard,
    ringEpoch: number,
    suspects: nodes,
    body: reply,
  }),
) as fc.Arbitrary<Message>;
const envelope = fc.array(message, { maxLength: 4 });

test('messages of the eventual keyspace round-trip', () => {
  fc.assert(
    fc.property(envelope, (messages) => void expect(decodeEnvelope(encodeEnvelope(messages))).toEqual(messages)),
    { numRuns: 500 },
  );
});

test('cut or lengthened they are refused with CorruptBytes', () => {
  fc.assert(
    fc.property(envelope, fc.nat(), (messages, at) => {
      const whole = encodeEnvelope(messages);
      expect(() => decodeEnvelope(whole.slice(0, at % whole.length))).toThrow(CorruptBytes);
      expect(() => decodeEnvelope(Uint8Array.of(...whole, 0))).toThrow(CorruptBytes);
    }),
  );
});

test('with a byte changed they are read as something that encodes again, or refused with CorruptBytes', () => {
  fc.assert(
    fc.property(envelope, fc.nat(), fc.nat(255), (messages, at, byte) => {
      const bytes = encodeEnvelope(messages);
      bytes[at % bytes.length] = byte;
      let read: Message[];
      try {
        read = decodeEnvelope(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptBytes);
        return;
      }
      expect(decodeEnvelope(encodeEnvelope(read))).toEqual(read);
    }),
    { numRuns: 1000 },
  );
});
