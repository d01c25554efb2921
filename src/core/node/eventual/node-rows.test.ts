import { expect, test } from 'vitest';
import { nodeId, shardId } from '../../base/ids.ts';
import { bytes, TestCluster, type TestNode } from '../testing/test-cluster.ts';
import type { NodeRows } from './node-rows.ts';
import { rowAt, rowsOf } from './testing/rows-of.ts';

const N1 = nodeId(1);
const S0 = shardId(0);

interface Inside {
  readonly started: { readonly hosted: { readonly rows: NodeRows } };
}

const nodeRows = ({ node }: TestNode): NodeRows => (node as unknown as Inside).started.hosted.rows;

/** A node of its own that does this once, and is killed when it is on the disk. @returns whether it has anything then */
function isNeededAfter(deed: (cluster: TestCluster) => void): boolean {
  const cluster = new TestCluster({ nodes: 1 });
  deed(cluster);
  cluster.input(N1, { type: 'MessagesReceived', from: N1, messages: [] });
  cluster.run(500_000);
  cluster.kill(N1);
  cluster.revive(N1);
  return nodeRows(cluster.at(1)).isNeeded;
}

test('a node knows after a restart whether there is anything of the eventual keyspace: a row, or what is noted', () => {
  const row = rowAt(1, 'x');
  const nothing = (): void => undefined;
  expect(isNeededAfter(nothing)).toBe(false);
  // Asked, but nothing was written.
  expect(isNeededAfter((cluster) => void rowsOf(cluster.at(1)))).toBe(false);
  const arrived = { key: bytes('k'), row, written: undefined };
  expect(isNeededAfter((cluster) => rowsOf(cluster.at(1)).apply(S0, arrived, nothing, nothing))).toBe(true);
  expect(isNeededAfter((cluster) => rowsOf(cluster.at(1)).raiseClockBound(7, nothing))).toBe(true);
  expect(isNeededAfter((cluster) => rowsOf(cluster.at(1)).raiseFence(S0, 7, nothing))).toBe(true);
  const hint = { shard: S0, home: nodeId(2), key: bytes('k'), row };
  expect(isNeededAfter((cluster) => rowsOf(cluster.at(1)).putHint(hint, nothing))).toBe(true);
});
