import type { ByteWriter } from '../base/byte-writer.ts';
import { type ByteReader, CorruptBytes } from '../base/bytes.ts';
import type { GossipMessage, ToldState } from '../membership/endpoint-state.ts';
import { readFlag, readNode, writeFlag } from './wire.ts';

// Kinds of message on the wire, beside those of codec.ts.
const GOSSIP_SYN = 49;
const GOSSIP_ACK = 50;
/** What the smallest state takes. */
const STATE_BYTES_MIN = 6;

export const isGossipKind = (kind: number): boolean => kind === GOSSIP_SYN || kind === GOSSIP_ACK;

export function writeGossip(writer: ByteWriter, { type, states }: GossipMessage): void {
  writer.u8(type === 'GossipSyn' ? GOSSIP_SYN : GOSSIP_ACK).varint(states.length);
  for (const { node, incarnation, version, left, ringEpoch, ageMs } of states) {
    writer.varint(node).varint(incarnation).varint(version);
    writeFlag(writer, left);
    writer.varint(ringEpoch).varint(ageMs);
  }
}

export function readGossip(reader: ByteReader, kind: number): GossipMessage {
  const count = reader.varint();
  if (count * STATE_BYTES_MIN > reader.remaining) throw new CorruptBytes(`${count} states do not fit`);
  const states: ToldState[] = [];
  for (let i = 0; i < count; i++) {
    const node = readNode(reader);
    const incarnation = reader.varint();
    const version = reader.varint();
    const left = readFlag(reader);
    const ringEpoch = reader.varint();
    states.push({ node, incarnation, version, left, ringEpoch, ageMs: reader.varint() });
  }
  return { type: kind === GOSSIP_SYN ? 'GossipSyn' : 'GossipAck', states };
}
