import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { mentionsInLine, mentionsInReply } from './mentions.ts';

const TOPOLOGY = { nodes: [nodeId(1), nodeId(2), nodeId(3)], shards: 8 };

const kindsIn = (text: string, mentions: ReturnType<typeof mentionsInLine>) =>
  mentions.map(({ at, length, ...named }) => `${text.slice(at, at + length)} ${JSON.stringify(Object.values(named))}`);
const inReply = (text: string) => kindsIn(text, mentionsInReply(text, [], TOPOLOGY));
const inLine = (text: string) => kindsIn(text, mentionsInLine(text, TOPOLOGY));

describe('a reply', () => {
  test('names nodes, shards and commands, but no term, no index and no time', () => {
    expect(inReply('OK  term 4 index 17 · 2/3 acks · 41 ms · from n2, leader')).toEqual(['n2 ["node",2]']);
    expect(inReply('s3 has no quorum (2 s). REVIVE a node or HEAL the network.')).toEqual([
      's3 ["shard",3]',
      'REVIVE ["verb","REVIVE"]',
      'HEAL ["verb","HEAL"]',
    ]);
    expect(inReply('n1>n2 is cut, n1-n3 too')).toHaveLength(4);
  });

  test('names only what the cluster has', () => {
    expect(inReply('n0 n4 n01 s8 s08 sn1 n1x user:n1 1.n2 OK KIL')).toEqual([]);
  });

  test('leaves quoted data alone, escaped quotes in it as well', () => {
    expect(inReply('"n1 s2 KILL"  from n3, leader')).toEqual(['n3 ["node",3]']);
    expect(inReply('"say \\"n1\\" s2"  from n3')).toEqual(['n3 ["node",3]']);
  });

  test('names the keys that it says it names', () => {
    const text = '"a b"  "n1"\n1 key  from n2';
    const found = mentionsInReply(text, [{ at: 0, length: 5, key: 'a b' }], TOPOLOGY);
    expect(kindsIn(text, found)).toEqual(['"a b" ["key","a b"]', 'n2 ["node",2]']);
  });

  test('of great length is not gone through to its end', () => {
    expect(mentionsInReply('n1 '.repeat(5000), [], TOPOLOGY)).toHaveLength(400);
  });
});

describe('a line', () => {
  test('names keys where its command takes them, and nothing in its data', () => {
    expect(inLine('PUT user:42 n1')).toEqual(['user:42 ["key","user:42"]']);
    expect(inLine('put n1 s2 via=n3 # n2')).toEqual(['n1 ["key","n1"]', 'n3 ["node",3]']);
    expect(inLine('GET "two words"; SCAN n1 n2')).toEqual(['"two words" ["key","two words"]']);
    expect(inLine('PUT via=n1 v')).toEqual(['via=n1 ["key","via=n1"]']);
  });

  test('names nodes and shards', () => {
    expect(inLine('KILL n2; LOG n1 s3; CUT n1>n3')).toEqual([
      'n2 ["node",2]',
      'n1 ["node",1]',
      's3 ["shard",3]',
      'n1 ["node",1]',
      'n3 ["node",3]',
    ]);
  });

  test('that is none names nothing', () => {
    for (const line of ['', 'FROB n1', 'PUT "open n1', 'SCAN ""', '# KILL n1']) expect(inLine(line)).toEqual([]);
  });
});
