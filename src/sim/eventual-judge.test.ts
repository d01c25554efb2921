import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { Row } from '../core/replication/row.ts';
import type { Stamp } from '../core/replication/stamp.ts';
import type { Dot, VersionVector } from '../core/replication/version-vector.ts';
import { EventualJudge } from './eventual-judge.ts';

const key = encodeUtf8('k');
const HOMES = [1, 2, 3].map(nodeId);
const ACKS = [1, 2].map((node) => ({ to: nodeId(node), home: nodeId(node) }));
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
  /** What its client said that it had seen. */
  readonly seen?: VersionVector;
  readonly status?: 'ok' | 'unknown' | 'fail';
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
    seen = [],
    status = 'ok',
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
  const result = { type: 'EventualWritten', stamp: at, versions: 1, token: '' };
  const shard = shardId(0);
  const replicas = { answers: [], homes: HOMES };
  for (const event of [
    { type: 'OperationInvoked', id, client, operation },
    { type: 'RequestSent', client, requestId: id, operation: id, request: 'EventualWrite' },
    { type: 'EventualWriteStarted', client, requestId: id, key, stamp: at, dot, context: seen, shard },
  ])
    expect(judge.observe(event as unknown as TraceEvent)).toBeUndefined();
  const answered = { type: 'EventualWriteAnswered', client, requestId: id, key, shard, status, acks: ACKS };
  const found = judge.observe(answered as unknown as TraceEvent);
  return found ?? judge.observe({ type: 'OperationCompleted', id, outcome: { status, result, replicas } } as never);
}

/** One write after the other, each acknowledged with its stamp; undefined: a DELETE. */
function written(...values: readonly (string | undefined | { value: string; ttlUs: number })[]): EventualJudge {
  const judge = new EventualJudge();
  for (const [i, value] of values.entries())
    write(judge, { id: i + 1, ...(typeof value === 'object' ? value : { value }) });
  return judge;
}

interface Read {
  readonly client?: number;
  readonly r?: number;
  readonly sloppy?: boolean;
  readonly homes?: readonly number[];
  /** Happens while it is under way. */
  readonly meanwhile?: () => void;
}

function read(
  judge: EventualJudge,
  row: Row,
  { client = 100, r = 1, sloppy = true, homes = HOMES, meanwhile }: Read = {},
): string | undefined {
  const operation = { type: 'EventualRead', key, r, sloppy };
  const result = { type: 'EventualFound', versions: row, repaired: [], token: '' };
  const outcome = { status: 'ok', shard: shardId(0), result, replicas: { answers: [], homes } };
  judge.observe({ type: 'OperationInvoked', id: 99, client, operation } as unknown as TraceEvent);
  meanwhile?.();
  return judge.observe({ type: 'OperationCompleted', id: 99, outcome } as never);
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
    expect(written(undefined).end('k', tombstone(0))).toEqual([
      expect.stringMatching(/n2 holds nothing/),
      expect.stringMatching(/the tombstone is gone before it may be purged/),
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
      expect.stringMatching(/k at 1\+0 n1 was acknowledged, and is gone/),
      expect.stringMatching(/at 2\+0 n1, and the tombstone is gone before/),
      'k was deleted at 2+0 n1, and what was there before is back',
    ]);
  });

  test('what was deleted does not return; its tombstone may be purged', () => {
    expect(written('a', undefined).end('k', [at([version(2)])])).toEqual([]);
    expect(written('a', undefined).end('k', [{ ...at([]), watermarkUs: 3 }])).toEqual([]);
    // Below the watermark it is not yet.
    expect(written('a', undefined).end('k', [{ ...at([]), watermarkUs: 2 }])).toHaveLength(2);
    expect(written('a', undefined).end('k', [at([version(1, 'a')])])).toEqual([expect.stringMatching(/is back/)]);
  });

  test('what expires may go when it has, and no sooner', () => {
    const judge = written({ value: 'a', ttlUs: 500 });
    expect(judge.end('k', [{ ...at([]), watermarkUs: 400 }])).toEqual([expect.stringMatching(/is gone/)]);
    expect(judge.end('k', [{ ...at([]), watermarkUs: 600 }])).toEqual([]);
  });
});

describe('siblings', () => {
  const dot = (us: number, counter = 1): Dot => ({ actor: stamp(us), counter });
  const sibling = (us: number, value?: string): Row[number] => version(us, value);
  /** Each of another client, none of which has read anything. */
  function apart(...writes: readonly Partial<Written>[]): EventualJudge {
    const judge = new EventualJudge('hybrid', 'siblings');
    for (const [i, each] of writes.entries()) write(judge, { id: i + 1, client: 100 + i, ...each });
    return judge;
  }
  const isGone = [expect.stringMatching(/1\+0 n1.*is gone/)];

  test('both stay, until somebody who has read them replaces them', () => {
    const judge = apart({ value: 'a' }, { value: 'b' });
    expect(judge.end('k', [at([sibling(1, 'a'), sibling(2, 'b')])])).toEqual([]);
    expect(judge.end('k', [at([sibling(2, 'b')])])).toEqual(isGone);
    expect(read(judge, [sibling(1, 'a'), sibling(2, 'b')], { client: 109 })).toBeUndefined();
    write(judge, { id: 3, value: 'c', client: 109, seen: [dot(1), dot(2)] });
    expect(judge.end('k', [at([sibling(3, 'c')])])).toEqual([]);
    expect(judge.end('k', [at([sibling(1, 'a'), sibling(3, 'c')])])).toEqual([
      expect.stringMatching(/3\+0 n1.*is gone/),
    ]);
  });

  test('a later dot of the same actor is no reason to lose an earlier one', () => {
    const judge = apart({ value: 'a' }, { value: 'b', dot: dot(1, 2) });
    expect(judge.end('k', [at([sibling(2, 'b')])])).toEqual(isGone);
    // Nor is a vector that covers both, from somebody who was shown the one.
    read(judge, [sibling(2, 'b')], { client: 109 });
    write(judge, { id: 3, value: 'c', client: 109, seen: [dot(1, 2)] });
    expect(judge.end('k', [at([sibling(3, 'c')])])).toEqual(isGone);
  });

  test('whoever was shown a version and does not ask for it to be replaced replaces nothing', () => {
    const judge = apart({ value: 'a' });
    read(judge, [sibling(1, 'a')], { client: 109 });
    write(judge, { id: 2, value: 'b', client: 109, seen: [] });
    expect(judge.end('k', [at([sibling(2, 'b')])])).toEqual(isGone);
  });

  test('what whoever wrote it had seen counts as seen', () => {
    const judge = apart({ value: 'a' });
    read(judge, [sibling(1, 'a')], { client: 108 });
    write(judge, { id: 2, value: 'b', client: 108, seen: [dot(1)] });
    read(judge, [sibling(2, 'b')], { client: 109 });
    write(judge, { id: 3, value: 'c', client: 109, seen: [dot(1), dot(2)] });
    expect(judge.end('k', [at([sibling(3, 'c')])])).toEqual([]);
  });

  test('a context that was given is believed, and none at all replaces nothing', () => {
    const given = (context: string) => apart({ value: 'a' }, { value: 'b', context, seen: [dot(1)] });
    expect(given('token').end('k', [at([sibling(2, 'b')])])).toEqual([]);
    expect(given('').end('k', [at([sibling(2, 'b')])])).toEqual(isGone);
  });

  test('writes that nobody was told of excuse no other’s loss', () => {
    for (const status of ['unknown', 'fail'] as const) {
      const judge = apart({ value: 'a' }, { value: 'b', status }, { value: 'c', status, seen: [dot(1)] });
      expect(judge.end('k', [at([])])).toEqual(isGone);
    }
  });

  test('nothing at all is no later write', () => {
    expect(apart({ value: 'a' }, { value: undefined }).end('k', [{ ...at([]), watermarkUs: 500 }])).toEqual(isGone);
  });

  test('a purge forgets a DELETE, and what its client had read, and nothing else', () => {
    const judge = apart({ value: 'a' }, { value: undefined }, { value: 'c' });
    const purged = (row: Row, watermarkUs: number) => judge.end('k', [{ ...at(row), watermarkUs }]);
    expect(purged([sibling(1, 'a'), sibling(3, 'c')], 500)).toEqual([]);
    expect(purged([sibling(1, 'a'), sibling(3, 'c')], 2)).toHaveLength(1);
    expect(purged([sibling(3, 'c')], 500)).toEqual(isGone);
    read(judge, [sibling(1, 'a')], { client: 109 });
    write(judge, { id: 4, value: undefined, client: 109, seen: [dot(1)] });
    expect(purged([sibling(3, 'c')], 500)).toEqual([]);
    expect(purged([sibling(1, 'a'), sibling(3, 'c')], 500)).toEqual([
      expect.stringMatching(/deleted at 4\+0 n1, and what was there before is back/),
    ]);
  });

  test('what was written before conflicts=lww is judged by its stamp', () => {
    const judge = apart({ value: 'a' }, { value: 'b' });
    judge.observe({ type: 'ActionTaken', action: { type: 'Configure', name: 'conflicts', value: 0 } } as never);
    expect(judge.end('k', [at([sibling(2, 'b')])])).toEqual([]);
  });
});

describe('a write that has failed', () => {
  const isFailed = /whose write ha[sd] failed/;

  test('is shown to nobody, before or after it is said', () => {
    const judge = written('a');
    write(judge, { id: 2, value: 'b', status: 'fail' });
    expect(read(judge, [version(2, 'b')])).toMatch(isFailed);
    const early = written('a');
    const found: (string | undefined)[] = [];
    const event = (fields: object) => found.push(early.observe(fields as never));
    const operation = { type: 'EventualWrite', key, value: encodeUtf8('b'), w: 2, sloppy: true };
    event({ type: 'OperationInvoked', id: 2, client: 100, operation });
    event({ type: 'RequestSent', client: 100, requestId: 2, operation: 2, request: 'EventualWrite' });
    const made = { stamp: stamp(2), dot: { actor: stamp(2), counter: 1 }, context: [], shard: shardId(0) };
    event({ type: 'EventualWriteStarted', client: 100, requestId: 2, key, ...made });
    expect(read(early, [version(2, 'b')])).toBeUndefined();
    event({ type: 'OperationCompleted', id: 2, outcome: { status: 'fail', code: 'NotEnoughReplicas' } });
    expect(found).toEqual([undefined, undefined, undefined, expect.stringMatching(isFailed)]);
  });

  test('is held by nobody, and excuses nothing', () => {
    const judge = written('a');
    write(judge, { id: 2, value: undefined, status: 'fail' });
    expect(judge.end('k', [at([version(1, 'a')])])).toEqual([]);
    expect(judge.end('k', [at([version(2)])])).toEqual([expect.stringMatching(isFailed)]);
    expect(judge.end('k', [{ ...at([]), watermarkUs: 500 }])).toEqual([expect.stringMatching(/1\+0 n1.*is gone/)]);
  });
});

describe('a read of strict quorums, R + W > N', () => {
  const strict = { r: 2, sloppy: false };
  const isMissed = /R \+ W > N, did not meet 2\+0 n1/;

  test('meets what was written before it began', () => {
    expect(read(written('a', 'b'), [version(2, 'b')], strict)).toBeUndefined();
    expect(read(written('a', 'b'), [version(1, 'a')], strict)).toMatch(isMissed);
    expect(read(written('a', undefined), [version(1, 'a')], strict)).toMatch(isMissed);
    const judge = written('a', 'b');
    read(judge, [version(2, 'b')], strict);
    expect(judge.tally.overlaps).toBe(2);
  });

  test('one of fewer answers, of hints, or of other homes need not', () => {
    const others = [{ ...strict, r: 1 }, { ...strict, sloppy: true }, { ...strict, homes: [1, 2, 4] }]; // biome-ignore format: one line
    for (const asked of others) expect(read(written('a', 'b'), [version(1, 'a')], asked)).toBeUndefined();
  });

  test('nor what is written while it is under way, or is on too few disks by then', () => {
    const judge = written('a');
    const meanwhile = () => void write(judge, { id: 2, value: 'b' });
    expect(read(judge, [version(1, 'a')], { ...strict, meanwhile })).toBeUndefined();
    const less = written('a', 'b');
    less.observe({ type: 'DiskWiped', timeUs: 30, node: 1, incarnation: 2 } as never);
    expect(read(less, [version(1, 'a')], strict)).toBeUndefined();
    // The ring changed and changed back: who took over the rows of n1 is asked by nobody.
    const away = written('a', 'b');
    away.observe({ type: 'EventualRowsLeft', timeUs: 30, node: 1, peer: 4, shard: shardId(0) } as never);
    expect(read(away, [version(1, 'a')], strict)).toBeUndefined();
  });

  test('what was purged it meets no more', () => {
    const judge = written('a', undefined);
    expect(read(judge, [], strict)).toMatch(/did not meet/);
    const raised = { type: 'PurgeLimitRaised', shard: shardId(0), fenceUs: 500, watermarkUs: 500 };
    judge.observe(raised as never);
    expect(read(judge, [], strict)).toBeUndefined();
    expect(read(judge, [version(1, 'a')], strict)).toMatch(isMissed);
  });

  test('what a completed round of purging has purged it meets no more, also before any disk has the limit', () => {
    const round = { type: 'PurgeRoundEnded', shard: shardId(0), round: 1, watermarkUs: 500, waitedFor: [] };
    const judge = written('a', undefined);
    judge.observe({ ...round, isCompleted: false } as never);
    expect(read(judge, [], strict)).toMatch(/did not meet/);
    judge.observe({ ...round, isCompleted: true } as never);
    expect(read(judge, [], strict)).toBeUndefined();
  });

  test('of siblings each, or what has replaced it', () => {
    const judge = new EventualJudge('hybrid', 'siblings');
    const of = (id: number) => ({ actor: stamp(id), counter: 1 });
    write(judge, { id: 1, value: 'a', client: 101 });
    write(judge, { id: 2, value: 'b', client: 102 });
    expect(read(judge, [version(1, 'a')], strict)).toMatch(isMissed);
    expect(read(judge, [version(1, 'a'), version(2, 'b')], strict)).toBeUndefined();
    write(judge, { id: 3, value: 'c', seen: [of(1), of(2)] });
    expect(read(judge, [version(3, 'c')], strict)).toBeUndefined();
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
