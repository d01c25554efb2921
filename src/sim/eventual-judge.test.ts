import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { contextToken } from '../core/replication/context-token.ts';
import type { Row } from '../core/replication/row.ts';
import type { Stamp } from '../core/replication/stamp.ts';
import type { Dot, VersionVector } from '../core/replication/version-vector.ts';
import { EventualJudge } from './eventual-judge.ts';

const key = encodeUtf8('k');
const [n1, n2] = [nodeId(1), nodeId(2)];
const stamp = (wallUs: number): Stamp => ({ wallUs, logical: 0, node: n1 });
const version = (wallUs: number, value?: string): Row[number] => ({
  stamp: stamp(wallUs),
  value: value === undefined ? undefined : encodeUtf8(value),
  deadlineUs: undefined,
  clock: undefined,
});
const at = (row: Row, node = n1) => ({ node, row, timeUs: 1_000_000 });

interface Written {
  /** The stamp's time as well. */
  readonly id: number;
  readonly value?: string | undefined;
  readonly ttlUs?: number | undefined;
  readonly dot?: Dot;
  /** What the client is told that it has seen. */
  readonly vector?: VersionVector;
}

function write(
  judge: EventualJudge,
  { id, value, ttlUs, dot = { actor: stamp(id), counter: 1 }, vector = [dot] }: Written,
): void {
  const operation = { type: 'EventualWrite', key, value: value && encodeUtf8(value), ttlUs, w: 1, sloppy: true };
  const token = contextToken({ stamp: stamp(id), vector });
  const result = { type: 'EventualWritten', stamp: stamp(id), versions: 1, token };
  for (const event of [
    { type: 'OperationInvoked', id, operation },
    { type: 'RequestSent', client: 100, requestId: id, operation: id, request: 'EventualWrite' },
    { type: 'EventualWriteStarted', client: 100, requestId: id, key, stamp: stamp(id), dot, shard: shardId(0) },
    { type: 'OperationCompleted', id, outcome: { status: 'ok', result } },
  ])
    expect(judge.observe(event as unknown as TraceEvent)).toBeUndefined();
}

/** One write after the other, each acknowledged with its stamp; undefined: a DELETE. */
function written(...values: readonly (string | undefined | { value: string; ttlUs: number })[]): EventualJudge {
  const judge = new EventualJudge();
  for (const [i, value] of values.entries())
    write(judge, { id: i + 1, ...(typeof value === 'object' ? value : { value }) });
  return judge;
}

function read(judge: EventualJudge, row: Row): string | undefined {
  const operation = { type: 'EventualRead', key, r: 1, sloppy: true };
  const result = { type: 'EventualFound', versions: row, repaired: [], token: '' };
  judge.observe({ type: 'OperationInvoked', id: 99, operation } as unknown as TraceEvent);
  return judge.observe({ type: 'OperationCompleted', id: 99, outcome: { status: 'ok', result } } as never);
}

describe('what a read may show', () => {
  test('what was written, with the stamp that it was written with', () => {
    expect(read(written('a', 'b'), [version(1, 'a')])).toBeUndefined();
    expect(read(written('a', 'b'), [version(1, 'b')])).toMatch(/another value/);
    expect(read(written('a'), [version(7, 'a')])).toMatch(/nobody wrote/);
  });
});

describe('what is there in the end', () => {
  test('the last write, on all homes', () => {
    expect(written('a', 'b').end('k', [at([version(2, 'b')]), at([version(2, 'b')], n2)])).toEqual([]);
  });

  test('homes that hold different rows have not converged', () => {
    expect(written('a', 'b').end('k', [at([version(2, 'b')]), at([version(1, 'a')], n2)])).toEqual([
      expect.stringMatching(/n1 holds 2\+0 n1 of k, n2 holds 1\+0 n1/),
    ]);
  });

  test('an acknowledged write is not replaced by an older one, nor by nothing', () => {
    expect(written('a', 'b').end('k', [at([version(1, 'a')])])).toEqual([expect.stringMatching(/is gone without/)]);
    expect(written('a', 'b').end('k', [at([])])).toHaveLength(2);
  });

  test('what was deleted does not return, not even to one of them', () => {
    const deleted = written('a', undefined);
    expect(deleted.end('k', [at([]), at([version(1, 'a')], n2)])).toEqual([
      'n1 holds nothing of k, n2 holds 1+0 n1',
      'k was deleted at 2+0 n1, and what was there before is back',
    ]);
  });

  test('what was deleted does not return; its tombstone may be purged', () => {
    expect(written('a', undefined).end('k', [at([version(2)])])).toEqual([]);
    expect(written('a', undefined).end('k', [at([])])).toEqual([]);
    expect(written('a', undefined).end('k', [at([version(1, 'a')])])).toEqual([expect.stringMatching(/is back/)]);
  });

  test('siblings: both stay, until somebody who has read them replaces them', () => {
    const sibling = (us: number, value: string, context: readonly number[] = []): Row[number] => ({
      ...version(us, value),
      clock: {
        dot: { actor: stamp(us), counter: 1 },
        context: context.map((each) => ({ actor: stamp(each), counter: 1 })),
      },
    });
    expect(written('a', 'b').end('k', [at([sibling(1, 'a'), sibling(2, 'b')])])).toEqual([]);
    expect(written('a', 'b').end('k', [at([sibling(2, 'b')])])).toEqual([expect.stringMatching(/at 1\+0 n1.*is gone/)]);
    expect(written('a', 'b').end('k', [at([sibling(2, 'b', [1])])])).toEqual([]);
  });

  test('siblings: a purge forgets a DELETE that nobody has read, and not what was not deleted', () => {
    const sibling = (us: number, value: string): Row[number] => ({
      ...version(us, value),
      clock: { dot: { actor: stamp(us), counter: 1 }, context: [] },
    });
    const judge = written('a', undefined, 'c');
    expect(judge.end('k', [at([sibling(1, 'a'), sibling(3, 'c')])])).toEqual([]);
    expect(judge.end('k', [at([sibling(3, 'c')])])).toEqual([expect.stringMatching(/1\+0 n1.*is gone/)]);
  });

  test('what expires may go when it has, and no sooner', () => {
    const judge = written({ value: 'a', ttlUs: 500 });
    expect(judge.end('k', [{ ...at([]), timeUs: 400 }])).toEqual([expect.stringMatching(/is gone/)]);
    expect(judge.end('k', [{ ...at([]), timeUs: 600 }])).toEqual([]);
  });

  test('a write that its client’s context leaves out is looked for all the same', () => {
    const judge = new EventualJudge();
    const dot = { actor: stamp(1), counter: 2 };
    write(judge, { id: 2, value: 'b', dot, vector: [] });
    const held = { ...version(2, 'b'), clock: { dot, context: [] } };
    const other = { ...version(3, 'c'), clock: { dot: { actor: stamp(3), counter: 1 }, context: [] } };
    expect(judge.end('k', [at([held])])).toEqual([]);
    write(judge, { id: 3, value: 'c' });
    expect(judge.end('k', [at([other])])).toEqual([expect.stringMatching(/2\+0 n1.*is gone/)]);
  });
});
