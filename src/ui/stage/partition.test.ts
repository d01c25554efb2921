import { expect, test } from 'vitest';
import { type ActorId, nodeId } from '../../core/base/ids.ts';
import type { CutView } from '../store/view-model.ts';
import { ALONE, isSeparated, partitionOf, partitionText } from './partition.ts';

const CLIENT = 100 as ActorId;
const nameOf = (actor: ActorId) => (actor >= CLIENT ? 'client' : `n${actor}`);
const NODES = [1, 2, 3, 4, 5].map(nodeId);

/** `1-2` both ways, `1>2` one way. */
function cutsOf(...links: readonly string[]): ReadonlyMap<string, CutView> {
  const keys = links.flatMap((link) => {
    const [a, b] = link.split(/[->]/);
    return link.includes('>') ? [link] : [`${a}>${b}`, `${b}>${a}`];
  });
  return new Map(keys.map((key) => [key, {} as CutView]));
}

const split = cutsOf('1-3', '1-4', '1-5', '2-3', '2-4', '2-5');

test('cut links separate the nodes into groups; a client that reaches both is on no side', () => {
  const partition = partitionOf(NODES, [CLIENT], split);
  expect(partitionText(partition, nameOf)).toBe('n1 n2 | n3 n4 n5; client reaches both sides');
  expect(partition.sideOf.get(CLIENT)).toBeUndefined();
  expect(isSeparated(partition, nodeId(1), nodeId(3))).toBe(true);
  expect(isSeparated(partition, nodeId(1), nodeId(2))).toBe(false);
  expect(isSeparated(partition, CLIENT, nodeId(3))).toBe(false);
});

test('one way that is left joins two groups, and so does a way around', () => {
  expect(partitionOf(NODES, [], new Map([...split].filter(([key]) => key !== '2>5'))).groups).toBe(1);
  expect(partitionOf(NODES, [], cutsOf('1-3')).groups).toBe(1);
  expect(partitionText(partitionOf(NODES, [], cutsOf('1-3')), nameOf)).toBe('');
});

test('a client is on the side of the one group it reaches, or alone', () => {
  const sided = partitionOf(NODES, [CLIENT], new Map([...split, ...cutsOf('100-1', '100-2')]));
  expect(sided.sideOf.get(CLIENT)).toBe(sided.groupOf.get(nodeId(4)));
  expect(isSeparated(sided, CLIENT, nodeId(1))).toBe(true);
  expect(partitionText(sided, nameOf)).toBe('n1 n2 | n3 n4 n5 client');
  const alone = partitionOf(NODES, [CLIENT], cutsOf('100-1', '100-2', '100-3', '100-4', '100-5'));
  expect(alone.groups).toBe(1);
  expect(alone.sideOf.get(CLIENT)).toBe(ALONE);
  expect(isSeparated(alone, CLIENT, nodeId(1))).toBe(true);
  expect(partitionText(alone, nameOf)).toBe('client reaches no node');
});
