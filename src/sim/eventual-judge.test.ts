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
const at = (row: Row, node = n1) => ({ node, row, timeUs: 1_000_000, watermarkUs: 0 });

interface Written {
  /** The stamp's time as well. */
  readonly id: number;
  readonly value?: string | undefined;
  readonly ttlUs?: number | undefined;
  readonly dot?: Dot;
  /** What the client is told that it has seen. */
  readonly vector?: VersionVector;
  /** Stamped so; else as `id` says. */
  readonly at?: Stamp;
  readonly client?: number;
  readonly context?: string;
}

function write(
  judge: EventualJudge,
  {
    id,
    value,
    ttlUs,
    dot = { actor: stamp(id), counter: 1 },
    vector = [dot],
    at = stamp(id),
    client = 100,
    context,
  }: Written,
): string | undefined {
  const operation = {
    type: 'EventualWrite',
    key,
    value: value && encodeUtf8(value),
    ttlUs,
    w: 1,
    sloppy: true,
    context,
  };
  const token = contextToken({ stamp: at, vector });
  const result = { type: 'EventualWritten', stamp: at, versions: 1, token };
  for (const event of [
    { type: 'OperationInvoked', id, client, operation },
    { type: 'RequestSent', client, requestId: id, operation: id, request: 'EventualWrite' },
    { type: 'EventualWriteStarted', client, requestId: id, key, stamp: at, dot, shard: shardId(0) },
  ])
    expect(judge.observe(event as unknown as TraceEvent)).toBeUndefined();
  return judge.observe({ type: 'OperationCompleted', id, outcome: { status: 'ok', result } } as never);
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

  test('what is dead from before the watermark may have been purged by one and not by another', () => {
    const purged = { ...at([version(2, 'b')], n2), watermarkUs: 500 };
    const judge = written(undefined, 'b');
    expect(judge.end('k', [at([version(2, 'b')]), purged])).toEqual([]);
    const tombstone = (watermarkUs: number) => [at([version(1)]), { ...at([], n2), watermarkUs }];
    expect(written(undefined).end('k', tombstone(500))).toEqual([]);
    expect(written(undefined).end('k', tombstone(0))).toEqual([expect.stringMatching(/n2 holds nothing/)]);
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

describe('the one exception: every disk that had the write is gone for good', () => {
  /** Both are told to be written: `a` has been acknowledged by these, and nobody holds it in the end. */
  const judged = (acks: readonly [to: number, home: number][], ...after: readonly object[]): readonly string[] => {
    const judge = new EventualJudge();
    write(judge, { id: 1, value: 'a' });
    const told = acks.map(([to, home]) => ({ to: nodeId(to), home: nodeId(home) }));
    const answered = { type: 'EventualWriteAnswered', client: 100, requestId: 1, shard, key, status: 'ok', acks: told };
    for (const event of [{ timeUs: 20, ...answered }, ...after]) judge.observe(event as never);
    const found = judge.end('k', [at([], n2)]);
    expect(judge.tally.goneWithDisks).toBe(found.length === 0 ? 1 : 0);
    return found;
  };
  const shard = shardId(0);
  const lost = (node: number, of = shard) => ({ type: 'EventualRowsLost', timeUs: 30, node, shard: of });
  const corrupt = (node: number) => ({ type: 'NodeCrashed', timeUs: 30, node, reason: '', fault: 'corrupt' });
  const wiped = (node: number) => ({ type: 'DiskWiped', timeUs: 30, node, incarnation: 2 });
  const isGone = [expect.stringMatching(/acknowledged, and is gone/)];

  test('its rows cannot be read, its disk cannot be opened, or is another one', () => {
    for (const loss of [lost(1), corrupt(1), wiped(1)]) expect(judged([[1, 1]], loss)).toEqual([]);
    expect(judged([[1, 1]])).toEqual(isGone);
  });

  test('one that is left is enough', () => {
    for (const loss of [lost(1), corrupt(1), wiped(1)]) {
      expect(judged([[1, 1], [3, 3]], loss)).toEqual(isGone); // biome-ignore format: pairs
    }
    expect(judged([[1, 1], [3, 3]], lost(1), wiped(3))).toEqual([]); // biome-ignore format: pairs
  });

  test('rows of another shard, a node that only crashed, a disk that could be opened after all', () => {
    expect(judged([[1, 1]], lost(1, shardId(1)))).toEqual(isGone);
    expect(judged([[1, 1]], { ...corrupt(1), fault: 'mid flush' })).toEqual(isGone);
    expect(judged([[1, 1]], corrupt(1), { type: 'NodeRecovered', timeUs: 40, node: 1 })).toEqual(isGone);
  });

  test('a hint is not among the rows, and is its home’s when it is delivered', () => {
    const delivered = { type: 'HintDelivered', timeUs: 25, node: 4, home: 1, shard, key };
    expect(judged([[4, 1]], lost(4))).toEqual(isGone);
    expect(judged([[4, 1]], wiped(4))).toEqual([]);
    expect(judged([[4, 1]], delivered, wiped(4))).toEqual(isGone);
    expect(judged([[4, 1]], delivered, lost(1))).toEqual([]);
    const moved = { type: 'HintMoved', timeUs: 22, node: 4, home: 2, to: 1, shard, key };
    expect(judged([[4, 2]], moved, delivered, wiped(4))).toEqual(isGone);
  });

  test('what was handed over is of whoever took it', () => {
    const left = { type: 'EventualRowsLeft', timeUs: 25, node: 1, peer: 3, shard };
    expect(judged([[1, 1]], left, wiped(1))).toEqual(isGone);
    expect(judged([[1, 1]], left, wiped(1), lost(3))).toEqual([]);
  });
});

describe('stamps of writes that come later', () => {
  /** A write of one client, and then one of `client` that got an earlier stamp. */
  const skewed = (judge: EventualJudge, asked: Partial<Written> = {}): string | undefined => {
    write(judge, { id: 1, value: 'a', at: stamp(200) });
    return write(judge, { id: 2, value: 'b', at: stamp(100), ...asked });
  };

  test('are later than all that their clients had seen, with hybrid clocks', () => {
    expect(skewed(new EventualJudge())).toMatch(/a write of k got 100\+0 n1, which is no later/);
  });

  test('with wall clocks those that are not are dropped, and counted', () => {
    const judge = new EventualJudge('wall');
    expect(skewed(judge)).toBeUndefined();
    expect(judge.tally).toMatchObject({ dropped: 1, overtaken: 0 });
    expect(judge.end('k', [at([version(200, 'a')])])).toEqual([]);
    const configured = new EventualJudge();
    configured.observe({ type: 'ActionTaken', action: { type: 'Configure', name: 'clock', value: 1 } } as never);
    expect(skewed(configured)).toBeUndefined();
  });

  test('what nobody could have told its coordinator of is counted apart, and no fault', () => {
    for (const asked of [{ client: 101 }, { context: '' }]) {
      const judge = new EventualJudge();
      expect(skewed(judge, asked)).toBeUndefined();
      expect(judge.tally).toMatchObject({ dropped: 0, overtaken: 1 });
    }
  });

  test('of siblings none is dropped', () => {
    const judge = new EventualJudge('wall', 'siblings');
    expect(skewed(judge)).toBeUndefined();
    expect(judge.tally).toMatchObject({ dropped: 0, overtaken: 0 });
  });
});
