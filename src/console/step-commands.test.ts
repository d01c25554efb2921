import { describe, expect, test } from 'vitest';
import type { PendingEvent } from '../core/cluster/pending-event.ts';
import { describeChoices } from './event-text.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster, inFlight } from './testing/fake-cluster.ts';

async function one(line: string, cluster = new FakeCluster()): Promise<CommandResult> {
  const results = await runLine(cluster, createSession(), line);
  expect(results).toHaveLength(1);
  return results[0] as CommandResult;
}

describe('STEP', () => {
  test('without a choice takes the next event, or the next n', async () => {
    const cluster = new FakeCluster();
    expect(await one('STEP', cluster)).toMatchObject({ ok: true, text: '1 event · paused at 1.234 s' });
    expect(await one('step 5', cluster)).toMatchObject({ ok: true, text: '5 events · paused at 1.234 s' });
    expect(cluster.calls).toEqual(['step 1', 'step 5']);
    expect(cluster.actions).toEqual([]);
  });

  test('with a link takes its oldest message now, whichever is due first, and pauses', async () => {
    const cluster = new FakeCluster();
    expect(await one('STEP n1>n2', cluster)).toEqual({
      ok: true,
      text: 'n1 → n2 AppendEntries s2 taken now instead of in 6.2 ms · paused at 1.234 s',
    });
    expect(cluster.actions).toEqual([{ type: 'Deliver', from: 'n1', to: 'n2', sequence: 7 }]);
    expect(cluster.mode).toBe('paused');
  });

  test('with a number takes another one of the link, and says what it overtakes', async () => {
    const cluster = new FakeCluster();
    const { text } = await one('STEP n1>n2 message=8', cluster);
    expect(text).toContain('taken now instead of in 4.1 ms, ahead of 1 sent earlier on this link');
    expect(cluster.actions).toEqual([{ type: 'Deliver', from: 'n1', to: 'n2', sequence: 8 }]);
  });

  test('takes what clients send and get', async () => {
    const cluster = new FakeCluster();
    cluster.pending = [inFlight(10, 'client>n1', 1), inFlight(20, 'n1>my-app', 2)];
    expect(await one('STEP client>n1', cluster)).toMatchObject({ ok: true });
    expect(await one('STEP n1>my-app', cluster)).toMatchObject({ ok: true });
    expect(cluster.actions).toMatchObject([{ from: 'client' }, { to: 'my-app' }]);
  });

  test('with a disk completes the write under way', async () => {
    const cluster = new FakeCluster();
    expect(await one('STEP N2 disk', cluster)).toMatchObject({
      ok: true,
      text: 'n2 log sync taken now instead of in 5 ms · paused at 1.234 s',
    });
    expect(cluster.actions).toEqual([{ type: 'CompleteWrite', node: 2, sequence: 22 }]);
    expect(cluster.mode).toBe('paused');
  });

  test('what the cluster refuses is said with a remedy', async () => {
    const cluster = new FakeCluster();
    cluster.refusal = { code: 'NotInFlight', text: 'message 7 of n1>n2 is not in flight' };
    expect(await one('STEP n1>n2', cluster)).toEqual({
      ok: false,
      code: 'NotInFlight',
      text: 'message 7 of n1>n2 is not in flight. EVENTS lists what can be taken.',
    });
  });

  test.each<[string, string, readonly PendingEvent[] | undefined, ...string[]]>([
    ['STEP n2>n1', 'NotInFlight', undefined, 'Nothing is in flight on n2>n1', 'in flight on n1>n2'],
    ['STEP n2>n1', 'NotInFlight', [], 'No message is in flight anywhere'],
    ['STEP n1>n2 message=9', 'NotInFlight', undefined, 'message=7, message=8'],
    ['STEP n1>n2', 'LinkCut', [inFlight(1, 'n1>n2', 1, { obstacle: 'link is cut' })], 'HEAL n1'],
    ['STEP n1>n2', 'TargetDown', [inFlight(1, 'n1>n2', 1, { obstacle: 'target is down' })], 'REVIVE n2'],
    ['STEP n1 disk', 'NothingUnderWay', undefined, 'no write under way', 'one on n2'],
    ['STEP n1 disk', 'NothingUnderWay', [], 'No disk has one now'],
    ['STEP n2 timer', 'TimerFixed', undefined, 'keep their rate', 'in its turn'],
    ['STEP client timer', 'TimerFixed', undefined],
    ['STEP n2', 'MissingArgument', undefined, 'STEP n2 disk', 'EVENTS'],
    ['STEP client disk', 'BadArgument', undefined, 'client'],
    ['STEP n2 memory', 'BadArgument', undefined, 'memory', 'column 9'],
    ['STEP n1-n2', 'BadArgument', undefined, 'one way', 'n1>n2 or n2>n1'],
    ['STEP n1>n9', 'UnknownNode', undefined, 'n9', 'column 9'],
    ['STEP n9 disk', 'UnknownNode', undefined, 'n9'],
    ['STEP 0', 'BadArgument', undefined, '1 to 100000'],
    ['STEP 100001', 'BadArgument', undefined],
    ['STEP -1', 'BadArgument', undefined],
    ['STEP 2 disk', 'ExtraArgument', undefined, 'belongs to a node'],
    ['STEP n1>n2 disk', 'ExtraArgument', undefined],
    ['STEP message=7', 'BadOption', undefined, 'STEP n1>n2 message=7'],
    ['STEP 3 message=7', 'BadOption', undefined],
    ['STEP n1>n2 message=first', 'BadOption', undefined],
    ['EVENTS 0', 'BadArgument', undefined],
  ])('%s → %s', async (line, code, pending, ...says) => {
    const cluster = new FakeCluster();
    if (pending !== undefined) cluster.pending = pending;
    const result = await one(line, cluster);
    expect(result).toMatchObject({ ok: false, code });
    for (const part of says) expect(result.text).toContain(part);
    expect(cluster.actions).toEqual([]);
    expect(cluster.calls).toEqual([]);
  });

  test('a disk that is down says so', async () => {
    const cluster = new FakeCluster();
    cluster.down.add('n1');
    expect(await one('STEP n1 disk', cluster)).toMatchObject({
      code: 'TargetDown',
      text: expect.stringContaining('REVIVE n1'),
    });
  });
});

describe('EVENTS', () => {
  test('lists what can be next, when, and the line that takes it', async () => {
    const cluster = new FakeCluster();
    cluster.mode = 'paused';
    const { ok, lines, value } = await one('EVENTS', cluster);
    expect(ok).toBe(true);
    expect(lines).toEqual([
      'due in 0.3 ms  n3 timer                  STEP',
      'due in 4.1 ms  n1 → n2 AppendEntries s2  STEP n1>n2 message=8',
      'due in 5 ms    n2 log sync               STEP n2 disk',
      'due in 6.2 ms  n1 → n2 AppendEntries s2  STEP n1>n2',
      'due in 9 ms    n1 block read             (in its turn)',
    ]);
    expect(value).toMatchObject([
      { dueMs: 1234.3, type: 'Timer', text: 'n3 timer', line: 'STEP' },
      { type: 'Message', line: 'STEP n1>n2 message=8' },
      { type: 'LogSync', line: 'STEP n2 disk' },
      { line: 'STEP n1>n2' },
      { line: null },
    ]);
  });

  test('every line that it tells does what it says', async () => {
    const cluster = new FakeCluster();
    const { value } = await one('EVENTS', cluster);
    for (const { line } of value as readonly { readonly line: string | null }[])
      if (line !== null) expect(await one(line, cluster), line).toMatchObject({ ok: true });
    expect(cluster.actions).toMatchObject([{ sequence: 8 }, { type: 'CompleteWrite' }, { sequence: 7 }]);
    expect(cluster.calls).toEqual(['step 1']);
  });

  test('is capped, says how many more there are, and that time runs', async () => {
    const { lines } = await one('EVENTS 2');
    expect(lines).toHaveLength(4);
    expect(lines?.[2]).toBe('… and 3 more; EVENTS 5 lists them');
    expect(lines?.[3]).toContain('PAUSE');
  });

  test('says so when there is nothing', async () => {
    const cluster = new FakeCluster();
    cluster.mode = 'paused';
    cluster.pending = [];
    expect(await one('EVENTS', cluster)).toMatchObject({
      ok: true,
      text: expect.stringContaining('Nothing is pending'),
      value: [],
    });
  });
});

describe('words', () => {
  const nothing = { term: 0, index: 0, entries: 0, ok: true };
  const text = (event: PendingEvent): string | undefined => describeChoices([event], 1_234_000)[0]?.text;
  const heartbeat = { ...nothing, kind: 'Heartbeat' as const, shard: 1 as never };
  const vote = { ...nothing, kind: 'RequestVote' as const, shard: 3 as never };
  const refused = { ...nothing, kind: 'ConnectionRefused' as const, shard: 0 as never };

  test('of a message that carries several: the most telling one, and how many else', () => {
    expect(text(inFlight(1, 'n1>n2', 1, { items: [heartbeat, vote, heartbeat] }))).toBe('n1 → n2 RequestVote s3 +2');
    expect(text(inFlight(1, 'n1>n2', 1, { items: [heartbeat] }))).toBe('n1 → n2 Heartbeat s1');
    expect(text(inFlight(1, 'n1>client', 1, { items: [refused] }))).toBe('n1 → client ConnectionRefused');
  });

  test('of one that will be lost, which has no line of its own', () => {
    const lost = inFlight(1, 'n1>n2', 1, { obstacle: 'link is cut' });
    expect(text(lost)).toBe('n1 → n2 AppendEntries s2, will be lost: link is cut');
    expect(describeChoices([inFlight(0, 'n2>n3', 1), lost], 1_234_000)[1]?.line).toBeUndefined();
  });

  test('what is due at once says so', () => {
    expect(describeChoices([inFlight(0, 'n1>n2', 1)], 1_234_000)[0]?.due).toBe('due now');
  });
});

describe('DROP and DELAY', () => {
  test('take the oldest message of a link, or the one with the number, and pause', async () => {
    const cluster = new FakeCluster();
    expect(await one('DROP n1>n2', cluster)).toEqual({
      ok: true,
      text: 'n1 → n2 AppendEntries s2 dropped · paused at 1.234 s',
    });
    expect(await one('delay n1>n2 message=8 by=40ms', cluster)).toEqual({
      ok: true,
      text: 'n1 → n2 AppendEntries s2 delayed by 40 ms: due in 44 ms · paused at 1.234 s',
    });
    expect(cluster.actions).toEqual([
      { type: 'Drop', from: 'n1', to: 'n2', sequence: 7 },
      { type: 'Delay', from: 'n1', to: 'n2', sequence: 8, byUs: 40_000 },
    ]);
    expect(cluster.mode).toBe('paused');
  });

  test('what belongs to a client says what the client will know of it', async () => {
    const cluster = new FakeCluster();
    cluster.pending = [inFlight(10, 'client>n1', 1), inFlight(20, 'n1>my-app', 2)];
    expect((await one('DROP client>n1', cluster)).text).toContain('dropped: client hears nothing and asks again');
    expect((await one('DROP n1>my-app', cluster)).text).toContain('my-app hears nothing');
    expect((await one('DELAY n1>my-app', cluster)).text).toContain('delayed by 50 ms');
  });

  test('every line that a message is offered with does what it says', async () => {
    const cluster = new FakeCluster();
    for (const { heldBack } of describeChoices(cluster.pending, 1_234_000)) {
      if (heldBack === undefined) continue;
      expect(await one(heldBack.drop, cluster), heldBack.drop).toMatchObject({ ok: true });
      expect(await one(heldBack.delay, cluster), heldBack.delay).toMatchObject({ ok: true });
    }
    expect(cluster.actions).toMatchObject([
      { type: 'Drop', sequence: 8 },
      { type: 'Delay', sequence: 8, byUs: 50_000 },
      { type: 'Drop', sequence: 7 },
      { type: 'Delay', sequence: 7 },
    ]);
  });

  test.each([
    ['DROP n2>n1', 'NotInFlight', 'Nothing is in flight on n2>n1'],
    ['DROP n1>n2 message=9', 'NotInFlight', 'message=7, message=8'],
    ['DROP n1-n2', 'BadArgument', 'one way'],
    ['DROP', 'MissingArgument', 'DROP n1>n2'],
    ['DROP n2', 'BadArgument', 'not a link'],
    ['DELAY n1>n2 by=0ms', 'BadOption', 'by='],
    ['DELAY n1>n2 by=2000s', 'BadOption', 'by='],
  ])('%s → %s', async (line, code, says) => {
    const cluster = new FakeCluster();
    const result = await one(line, cluster);
    expect(result).toMatchObject({ ok: false, code });
    expect(result.text).toContain(says);
    expect(cluster.actions).toEqual([]);
  });

  test('what the cluster refuses is said with a remedy', async () => {
    const cluster = new FakeCluster();
    cluster.refusal = { code: 'NotInFlight', text: 'message 7 of n1>n2 is not in flight' };
    expect(await one('DROP n1>n2', cluster)).toMatchObject({
      ok: false,
      text: expect.stringContaining('EVENTS lists'),
    });
  });
});
