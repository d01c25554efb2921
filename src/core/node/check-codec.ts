import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import { CHECK_TYPES, FIRST_CHECK_KIND } from './check-kinds.ts';
import type { CheckMessage, MerkleAnswer, MerkleQuestion } from './check-message.ts';
import { expectSome, readFlag, readHash, readShard, writeFlag, writeHash } from './wire.ts';

const QUESTIONS = [...(['root', 'inner', 'leaves', 'rows'] as const)] satisfies MerkleQuestion['type'][];
const ANSWERS = [...(['hashes', 'rows', 'gone'] as const)] satisfies MerkleAnswer['type'][];

export function writeCheck(writer: ByteWriter, message: CheckMessage): void {
  writer.u8(FIRST_CHECK_KIND + CHECK_TYPES.indexOf(message.type)).varint(message.shard);
  switch (message.type) {
    case 'RootAsked':
      writer.varint(message.index);
      return;
    case 'RootTold':
      writeHash(writer.varint(message.index), message.root);
      return;
    case 'RepairAsked':
      writer.varint(message.replicaId).varint(message.after);
      return;
    case 'MerkleAsked':
      writeQuestion(writer.varint(message.index).varint(message.epoch).varint(message.step), message.question);
      return;
    case 'MerkleTold':
      writeTold(writer.varint(message.index).varint(message.epoch).varint(message.step), message.answer);
      return;
  }
}

export function readCheck(reader: ByteReader, kind: number): CheckMessage {
  const type = CHECK_TYPES[kind - FIRST_CHECK_KIND];
  const shard = readShard(reader);
  const first = reader.varint();
  switch (type) {
    case 'RootAsked':
      return { type, shard, index: first };
    case 'RootTold':
      return { type, shard, index: first, root: readHash(reader) };
    case 'RepairAsked':
      return { type, shard, replicaId: first, after: reader.varint() };
    case 'MerkleAsked': {
      const step = { shard, index: first, epoch: reader.varint(), step: reader.varint() };
      return { type, ...step, question: readQuestion(reader) };
    }
    case 'MerkleTold': {
      const step = { shard, index: first, epoch: reader.varint(), step: reader.varint() };
      return { type, ...step, answer: readTold(reader) };
    }
    default:
      throw new CorruptBytes(`unknown message ${kind}`);
  }
}

function writeQuestion(writer: ByteWriter, question: MerkleQuestion): void {
  writer.u8(QUESTIONS.indexOf(question.type));
  if (question.type === 'leaves') writeNumbers(writer, question.nodes);
  if (question.type !== 'rows') return;
  writeNumbers(writer, question.leaves);
  const { after } = question;
  writeFlag(writer, after !== undefined);
  if (after !== undefined) writer.u8(after.keyspace).bytes(after.key);
}

function readQuestion(reader: ByteReader): MerkleQuestion {
  const place = reader.u8();
  const type = QUESTIONS[place];
  if (type === undefined) throw new CorruptBytes(`unknown question ${place}`);
  if (type === 'leaves') return { type, nodes: readNumbers(reader) };
  if (type !== 'rows') return { type };
  const leaves = readNumbers(reader);
  return { type, leaves, after: readFlag(reader) ? { keyspace: reader.u8(), key: reader.bytes() } : undefined };
}

function writeTold(writer: ByteWriter, answer: MerkleAnswer): void {
  writer.u8(ANSWERS.indexOf(answer.type));
  if (answer.type === 'hashes') {
    writer.varint(answer.hashes.length);
    for (const hash of answer.hashes) writeHash(writer, hash);
  } else if (answer.type === 'rows') {
    writeFlag(writer.bytes(answer.rows), answer.isLast);
  }
}

function readTold(reader: ByteReader): MerkleAnswer {
  const place = reader.u8();
  const type = ANSWERS[place];
  if (type === undefined) throw new CorruptBytes(`unknown answer ${place}`);
  if (type === 'gone') return { type };
  if (type === 'rows') return { type, rows: reader.bytes(), isLast: readFlag(reader) };
  const count = expectSome(reader, HASH_BYTES);
  return { type, hashes: Array.from({ length: count }, () => readHash(reader)) };
}

const HASH_BYTES = 8;

function writeNumbers(writer: ByteWriter, numbers: readonly number[]): void {
  writer.varint(numbers.length);
  for (const number of numbers) writer.varint(number);
}

const readNumbers = (reader: ByteReader): readonly number[] =>
  Array.from({ length: expectSome(reader, 1) }, () => reader.varint());
