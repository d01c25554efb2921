import { ByteWriter } from '../base/byte-writer.ts';
import type { Configuration } from './configuration.ts';

// On disk and on the wire: do not change. Three lists of ids, each a varint count and varints; the token; a count, and node and replica id of each.
export function writeConfiguration(writer: ByteWriter, configuration: Configuration): void {
  const { voters, votersOutgoing, learners, token = 0, replicas = [] } = configuration;
  for (const ids of [voters, votersOutgoing, learners]) {
    writer.varint(ids.length);
    for (const id of ids) writer.varint(id);
  }
  writer.varint(token).varint(replicas.length);
  for (const { node, replicaId } of replicas) writer.varint(node).varint(replicaId);
}

/** A configuration entry's command. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const writer = new ByteWriter(16);
  writeConfiguration(writer, configuration);
  return writer.finish();
}
