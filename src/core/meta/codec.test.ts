import { describe, expect, test } from 'vitest';
import { CorruptBytes } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import { nodeId, shardId } from '../base/ids.ts';
import { decodeMetaCommand, encodeMetaCommand } from './command-codec.ts';
import { decodeMetaState, encodeMetaState } from './state-codec.ts';
import { Script } from './testing/script.ts';

/** A state with something in each of its fields. */
function eventful() {
  const script = new Script();
  const { shard } = script.catchingUp();
  script.verify(shard);
  script.say({ type: 'CreateKeyspace', name: 'carts', consistency: 'eventual' });
  return script.state;
}

describe('bytes that are on disk', () => {
  test('of a command stay what they are', () => {
    const copy = { index: 300, root: Uint8Array.of(7) };
    const commands = [
      encodeMetaCommand({ type: 'RemoveNode', node: nodeId(2) }),
      encodeMetaCommand({ type: 'StartMove', shard: shardId(3), to: nodeId(4), from: nodeId(1) }),
      encodeMetaCommand({ type: 'AdvanceMove', shard: shardId(3), token: 9, evidence: { type: 'Verified', copy } }),
      encodeMetaCommand({ type: 'CreateKeyspace', name: 'a', consistency: 'eventual' }),
    ];
    expect(commands.map((bytes) => [...bytes])).toEqual([
      [2, 2],
      [7, 3, 4, 1],
      [8, 3, 9, 1, 172, 2, 1, 7],
      [13, 1, 97, 1],
    ]);
  });

  test('of a state stay what they are', () => {
    expect(crc32(encodeMetaState(eventful()))).toMatchInlineSnapshot(`2372939336`);
  });
});

describe('bytes that cannot be', () => {
  test('are named, wherever they end', () => {
    const bytes = encodeMetaState(eventful());
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeMetaState(bytes.subarray(0, length)), `${length} bytes`).toThrow(CorruptBytes);
    expect(() => decodeMetaState(Uint8Array.of(...bytes, 0))).toThrow('1 bytes behind a meta state');
    expect(() => decodeMetaState(Uint8Array.of(2))).toThrow('meta state of version 2, not 1');
  });

  test('of a command', () => {
    expect(() => decodeMetaCommand(Uint8Array.of(99))).toThrow('no command of number 99');
    expect(() => decodeMetaCommand(Uint8Array.of(2, 2, 2))).toThrow('1 bytes behind a RemoveNode');
    expect(() => decodeMetaCommand(Uint8Array.of(6, 2, 1, 5))).toThrow('no flag of number 5');
  });
});
