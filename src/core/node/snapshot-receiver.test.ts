import { expect, test } from 'vitest';
import { ByteWriter } from '../base/byte-writer.ts';
import { crc32 } from '../base/crc32.ts';
import { nodeId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { LOG_START } from '../raft/entry.ts';
import type { InstallSnapshot } from '../raft/message.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { STRONG_KEYSPACE } from './keyspace.ts';
import { type ReceivedSnapshot, SnapshotReceiver } from './snapshot-receiver.ts';

const LEADER = nodeId(1);

/** Three pieces of a row each: a, b, c. */
function pieces(term = 1, index = 9): readonly InstallSnapshot[] {
  let offset = 0;
  return ['a', 'b', 'c'].map((name, i) => {
    const data = new ByteWriter()
      .u8(STRONG_KEYSPACE)
      .bytes(encodeUtf8(name))
      .bytes(encodeUtf8(`${index}`))
      .finish();
    const lastIncluded = { ...LOG_START, index, term: 1, stampUs: index };
    const piece = { type: 'InstallSnapshot', term, lastIncluded, offset, data, checksum: crc32(data) } as const;
    offset += data.length;
    return { ...piece, done: i === 2, root: i === 2 ? { high: term, low: index } : undefined };
  });
}

/** One boot of a follower: what it answers, and the whole snapshots it has received. */
function boot() {
  const wanted: number[] = [];
  const whole: ReceivedSnapshot[] = [];
  const raft: Pick<RaftGroup, 'answerSnapshotPiece'> = {
    answerSnapshotPiece: (_to, _index, offset) => void wanted.push(offset),
  };
  const receiver = new SnapshotReceiver(raft as RaftGroup, (snapshot) => whole.push(snapshot));
  const receive = (...list: readonly (InstallSnapshot | undefined)[]): void => {
    for (const piece of list) if (piece !== undefined) receiver.receive(LEADER, piece);
  };
  const rows = (): string[] =>
    whole.flatMap((snapshot) => snapshot.rows.map(({ key, value }) => String.fromCharCode(...key, ...value)));
  return { receive, wanted, rows };
}

test('raft bug 53: pieces for the boot before are not taken for those of this one: it says what it wants', () => {
  const [first, second, third] = pieces();
  const before = boot();
  before.receive(first);
  expect(before.wanted).toEqual([second?.offset]);
  // It goes down with what it had, and what the leader sends it next is the second piece.
  const after = boot();
  after.receive(second);
  expect(after.wanted).toEqual([0]);
  expect(after.rows()).toEqual([]);
  after.receive(first, second, third);
  expect(after.rows()).toEqual(['a9', 'b9', 'c9']);
});

test('pieces that come twice, late or ahead of their turn change nothing', () => {
  const [first, second, third] = pieces();
  const { receive, wanted, rows } = boot();
  receive(first, third, first, second, first, second, third, third);
  const [, after1 = 0, after2 = 0] = pieces().map(({ offset }) => offset);
  expect(wanted.slice(0, 6)).toEqual([after1, after1, after1, after2, after2, after2]);
  expect(rows()).toEqual(['a9', 'b9', 'c9']);
});

test('a piece of another snapshot, or of another term of its leader, begins anew', () => {
  const [first, second] = pieces();
  const other = pieces(1, 12);
  const later = pieces(2, 9);
  const { receive, wanted, rows } = boot();
  receive(first, second, other[0], second);
  expect(wanted.at(-1)).toBe(0);
  receive(other[0], other[1], later[2]);
  expect(wanted.at(-1)).toBe(0);
  receive(...later);
  expect(rows()).toEqual(['a9', 'b9', 'c9']);
});
