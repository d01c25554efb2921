import type { ByteWriter } from '../../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../../base/bytes.ts';
import type { ShardId } from '../../base/ids.ts';
import type { PurgeLimits } from '../../replication/purge-limits.ts';
import { decodeRow, encodeRow } from '../../replication/row.ts';
import type { HeldRow } from '../../replication/sync-rows.ts';
import { readWalkQuestion, writeWalkQuestion } from '../check-codec.ts';
import {
  expectSome,
  readFlag,
  readHash,
  readOptionalBytes,
  writeFlag,
  writeHash,
  writeOptionalBytes,
} from '../wire.ts';
import { SYNC_REFUSALS, type SyncAnswer, type SyncMessage, type SyncQuestion } from './sync-message.ts';

// By place: do not reorder.
const ANSWERS = [...(['hashes', 'digests', 'exchanged', 'gone', 'refused'] as const)] satisfies SyncAnswer['type'][];

/** Behind kind and shard. */
export function writeSync(writer: ByteWriter, message: SyncMessage): void {
  switch (message.type) {
    case 'SyncAsked':
      writeLimits(writer.varint(message.sync).varint(message.step), message.limits);
      writeFlag(writer.varint(message.round), message.isCopy);
      writeQuestion(writer, message.question);
      return;
    case 'SyncTold':
      writeLimits(writer.varint(message.sync).varint(message.step), message.limits);
      writeFlag(writer.varint(message.epoch), message.isComplete);
      writeAnswer(writer, message.answer);
      return;
    case 'FenceAsked':
      writer.varint(message.round).varint(message.watermarkUs);
      return;
    case 'FenceTold':
      writer.varint(message.round).varint(message.epoch).varint(message.hintsBelow);
      return;
    case 'WatermarkRaised':
      writer.varint(message.watermarkUs);
      return;
  }
}

/** Throws CorruptBytes. Keys and values are views of the reader's bytes. */
export function readSync(reader: ByteReader, type: SyncMessage['type'], shard: ShardId): SyncMessage {
  if (type === 'WatermarkRaised') return { type, shard, watermarkUs: reader.varint() };
  const first = reader.varint();
  switch (type) {
    case 'SyncAsked': {
      const step = reader.varint();
      const limits = readLimits(reader);
      const round = reader.varint();
      const isCopy = readFlag(reader);
      return { type, shard, sync: first, step, limits, round, isCopy, question: readQuestion(reader) };
    }
    case 'SyncTold': {
      const step = reader.varint();
      const limits = readLimits(reader);
      const epoch = reader.varint();
      const isComplete = readFlag(reader);
      return { type, shard, sync: first, step, limits, epoch, isComplete, answer: readAnswer(reader) };
    }
    case 'FenceAsked':
      return { type, shard, round: first, watermarkUs: reader.varint() };
    case 'FenceTold':
      return { type, shard, round: first, epoch: reader.varint(), hintsBelow: reader.varint() };
  }
}

const EXCHANGE = 1;
const WALK = 0;

function writeQuestion(writer: ByteWriter, question: SyncQuestion): void {
  if (question.type === 'exchange') {
    writeRows(writer.u8(EXCHANGE), question.rows);
    writer.varint(question.keys.length);
    for (const key of question.keys) writer.bytes(key);
    return;
  }
  writeWalkQuestion(writer.u8(WALK), question);
  if (question.type !== 'rows') return;
  writeOptionalBytes(writer, question.after);
  writeOptionalBytes(writer, question.upTo);
}

function readQuestion(reader: ByteReader): SyncQuestion {
  const kind = reader.u8();
  if (kind > EXCHANGE) throw new CorruptBytes(`unknown question ${kind}`);
  if (kind === EXCHANGE) {
    const rows = readRows(reader);
    const count = expectSome(reader, 1);
    return { type: 'exchange', rows, keys: Array.from({ length: count }, () => reader.bytes()) };
  }
  const question = readWalkQuestion(reader);
  if (question.type !== 'rows') return question;
  return { ...question, after: readOptionalBytes(reader), upTo: readOptionalBytes(reader) };
}

function writeAnswer(writer: ByteWriter, answer: SyncAnswer): void {
  writer.u8(ANSWERS.indexOf(answer.type));
  switch (answer.type) {
    case 'hashes':
      writer.varint(answer.keys).varint(answer.hashes.length);
      for (const hash of answer.hashes) writeHash(writer, hash);
      return;
    case 'digests':
      writer.varint(answer.rows.length);
      for (const { key, hash } of answer.rows) writeHash(writer.bytes(key), hash);
      writeOptionalBytes(writer, answer.upTo);
      return;
    case 'exchanged':
      writeRows(writer.varint(answer.refused), answer.rows);
      writer.varint(answer.below.length);
      for (const place of answer.below) writer.varint(place);
      return;
    case 'gone':
      return;
    case 'refused':
      writer.u8(SYNC_REFUSALS.indexOf(answer.why));
      return;
  }
}

function readAnswer(reader: ByteReader): SyncAnswer {
  const place = reader.u8();
  const type = ANSWERS[place];
  switch (type) {
    case 'hashes': {
      const keys = reader.varint();
      const count = expectSome(reader, HASH_BYTES);
      return { type, keys, hashes: Array.from({ length: count }, () => readHash(reader)) };
    }
    case 'digests': {
      const count = expectSome(reader, HASH_BYTES + 1);
      const rows = Array.from({ length: count }, () => ({ key: reader.bytes(), hash: readHash(reader) }));
      return { type, rows, upTo: readOptionalBytes(reader) };
    }
    case 'exchanged': {
      const refused = reader.varint();
      const rows = readRows(reader);
      const count = expectSome(reader, 1);
      return { type, refused, rows, below: Array.from({ length: count }, () => reader.varint()) };
    }
    case 'gone':
      return { type };
    case 'refused': {
      const why = SYNC_REFUSALS[reader.u8()];
      if (why === undefined) throw new CorruptBytes('unknown refusal');
      return { type, why };
    }
    default:
      throw new CorruptBytes(`unknown answer ${place}`);
  }
}

const HASH_BYTES = 8;

function writeRows(writer: ByteWriter, rows: readonly HeldRow[]): void {
  writer.varint(rows.length);
  for (const { key, row } of rows) writer.bytes(key).bytes(encodeRow(row));
}

function readRows(reader: ByteReader): readonly HeldRow[] {
  const count = expectSome(reader, 2);
  return Array.from({ length: count }, () => ({ key: reader.bytes(), row: decodeRow(reader.bytes()) }));
}

const writeLimits = (writer: ByteWriter, { fenceUs, watermarkUs }: PurgeLimits): ByteWriter =>
  writer.varint(fenceUs).varint(watermarkUs);

const readLimits = (reader: ByteReader): PurgeLimits => ({ fenceUs: reader.varint(), watermarkUs: reader.varint() });
