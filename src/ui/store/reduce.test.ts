import { describe, expect, test } from 'vitest';
import { type ClientActorId, type NodeId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { encodeCommand } from '../../core/node/command.ts';
import type { Entry } from '../../core/raft/entry.ts';
import { milestoneOf } from './milestones.ts';
import { reduce, reduceAll } from './reduce.ts';
import {
  DROPS_KEPT,
  EMPTY_MODEL,
  EMPTY_NODE,
  FEED_MAX,
  LOG_WINDOW,
  leaderLastIndex,
  leaderOf,
  type ReplicaView,
  type ViewModel,
} from './view-model.ts';

const N1 = nodeId(1);
const N2 = nodeId(2);
const N3 = nodeId(3);
const S0 = shardId(0);
const CLIENT = 100 as ClientActorId;

const put = (key: string): Uint8Array =>
  encodeCommand({
    type: 'Write',
    session: 1,
    sequence: 1,
    write: { type: 'Put', key: encodeUtf8(key), value: encodeUtf8('v') },
  });
const entry = (index: number, term: number, key = `k${index}`): Entry => ({
  index,
  term,
  kind: 'command',
  stampUs: 0,
  command: put(key),
});
const entries = (from: number, to: number, term: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, term));

const started = (node: NodeId, timeUs = 0, boot = 1): TraceEvent => ({
  timeUs,
  type: 'NodeStarted',
  node,
  boot,
  recoveryUs: 12,
  logRecords: 31,
});
const recovered = (node: NodeId, timeUs = 1): TraceEvent => ({
  timeUs,
  type: 'NodeRecovered',
  node,
  recoveryUs: 1,
  logRecords: 0,
  tables: 0,
  tornBytes: 0,
});
const role = (node: NodeId, is: ReplicaView['role'], term: number, shard: ShardId = S0, timeUs = 10): TraceEvent => ({
  timeUs,
  type: 'RoleChanged',
  node,
  shard,
  role: is,
  term,
  leader: is === 'leader' ? node : nodeId(0),
  votedFor: node,
  reason: is === 'leader' ? 'won the election' : 'saw a higher term',
  from: nodeId(0),
});
const appended = (node: NodeId, added: readonly Entry[], truncatedFrom = 0, timeUs = 20): TraceEvent => ({
  timeUs,
  type: 'EntriesAppended',
  node,
  shard: S0,
  truncatedFrom,
  entries: added,
});
const persisted = (node: NodeId, lastIndex: number): TraceEvent => ({
  timeUs: 30,
  type: 'EntriesPersisted',
  node,
  shard: S0,
  lastIndex,
});
const sent = (id: number, timeUs = 40): TraceEvent => ({
  timeUs,
  type: 'MessageSent',
  id,
  from: N1,
  to: N2,
  bytes: 10,
  deliverAtUs: timeUs + 10,
  items: [{ kind: 'AppendEntries', shard: S0, term: 1, index: 3, entries: 1, ok: true }],
});

const modelAfter = (...events: TraceEvent[]): ViewModel => reduceAll(EMPTY_MODEL, events);
const replica = (model: ViewModel, node: NodeId): ReplicaView => {
  const view = model.shards.get(S0)?.get(node);
  if (view === undefined) throw new Error(`no replica on n${node}`);
  return view;
};

test('durability is what CONFIG set last, until a reload', () => {
  const set = (value: number): TraceEvent => ({
    timeUs: 1,
    type: 'ActionTaken',
    action: { type: 'Configure', name: 'durability', value },
  });
  const strict = modelAfter(set(0), set(1));
  expect(strict.durability).toBe('strict');
  expect(reduce(strict, set(0)).durability).toBe('relaxed');
  const reload: TraceEvent = { timeUs: 2, type: 'ActionTaken', action: { type: 'Reload', endings: [] } };
  expect(reduce(strict, reload).durability).toBeUndefined();
});

describe('nodes', () => {
  test('start, recover, die, crash', () => {
    const up = modelAfter(started(N1), recovered(N1));
    expect(up.nodes.get(N1)).toMatchObject({ state: 'up', boot: 1, reason: '' });
    const down = reduce(up, { timeUs: 5, type: 'NodeKilled', node: N1, pending: 2, lost: 1, torn: true });
    expect(down.nodes.get(N1)?.state).toBe('down');
    const crashed = reduce(up, { timeUs: 5, type: 'NodeCrashed', node: N1, reason: 'assertion failed' });
    expect(crashed.nodes.get(N1)).toMatchObject({ state: 'crashed', boot: 1, reason: 'assertion failed' });
  });

  test('a disk that is full or slow is so until it is mended, over deaths, and the fault that ended a node until it starts', () => {
    const full = { type: 'DiskChanged', node: N1, slowdown: 20, full: true, failing: false } as const;
    const fault = 'disk full';
    const view = modelAfter(started(N1), recovered(N1), { timeUs: 5, ...full });
    const crashed = reduce(view, { timeUs: 6, type: 'NodeCrashed', node: N1, reason: 'refused', fault });
    expect(crashed.nodes.get(N1)).toMatchObject({ state: 'crashed', fault, disk: { slowdown: 20, full: true } });
    const again = reduce(crashed, started(N1, 400, 2));
    expect(again.nodes.get(N1)).toMatchObject({ fault: undefined, disk: { slowdown: 20, full: true } });
    const well = reduce(again, { timeUs: 500, ...full, slowdown: 1, full: false });
    expect(well.nodes.get(N1)?.disk).toEqual({ slowdown: 1, full: false });
  });

  test('while it recovers it is known since when, for how long, and how long its log is', () => {
    const again = modelAfter(started(N1), recovered(N1), started(N1, 400, 2));
    expect(again.nodes.get(N1)).toEqual({
      ...EMPTY_NODE,
      state: 'recovering',
      boot: 2,
      reason: '',
      recovery: { sinceUs: 400, durationUs: 12, logRecords: 31 },
    });
  });

  test('stand in ascending order whoever reports first', () => {
    expect([...modelAfter(started(N3), started(N1), started(N2)).nodes.keys()]).toEqual([1, 2, 3]);
  });

  test('the leader is the live one of the highest term', () => {
    const model = modelAfter(
      started(N1),
      recovered(N1),
      started(N2),
      recovered(N2),
      role(N1, 'leader', 1),
      role(N2, 'leader', 2),
    );
    expect(leaderOf(model, S0)).toBe(N2);
    const killed = reduce(model, { timeUs: 50, type: 'NodeKilled', node: N2, pending: 0, lost: 0, torn: false });
    expect(leaderOf(killed, S0)).toBe(N1);
    expect(leaderOf(killed, shardId(1))).toBe(0);
  });
});

describe('logs', () => {
  test('entries carry the label of their command', () => {
    const model = modelAfter(
      appended(N1, [{ ...entry(1, 1), kind: 'noop', command: new Uint8Array(0) }, entry(2, 1, 'user:42')]),
    );
    expect(replica(model, N1).entries.map(({ label }) => label)).toEqual(['no-op', 'user:42']);
    expect(replica(model, N1).entries[1]?.title).toBe('PUT user:42 v');
  });

  test('a truncation removes what follows, and what replaces it is not durable yet', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), appended(N1, entries(4, 4, 2), 4));
    expect(replica(model, N1).entries.map(({ index, term }) => [index, term])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
    expect(replica(model, N1)).toMatchObject({ lastIndex: 4, persistedIndex: 3 });
    expect(replica(reduce(model, persisted(N1, 4)), N1).persistedIndex).toBe(4);
  });

  test('a truncation without new entries', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), appended(N1, [], 3));
    expect(replica(model, N1)).toMatchObject({ lastIndex: 2, persistedIndex: 2 });
    expect(replica(model, N1).entries).toHaveLength(2);
  });

  test('appending leaves durable entries durable', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), appended(N1, entries(6, 7, 1)));
    expect(replica(model, N1)).toMatchObject({ lastIndex: 7, persistedIndex: 5 });
  });

  test('only a window is kept', () => {
    const model = modelAfter(appended(N1, entries(1, 150, 1)), appended(N1, entries(151, 700, 1)));
    const view = replica(model, N1);
    expect(view.entries).toHaveLength(LOG_WINDOW);
    expect(view.entries[0]?.index).toBe(700 - LOG_WINDOW + 1);
    expect(view.lastIndex).toBe(700);
  });

  test('a replica that came back catches up until its disk holds all of its leader’s log', () => {
    const back: TraceEvent = {
      timeUs: 60,
      type: 'ReplicaRecovered',
      node: N2,
      shard: S0,
      role: 'follower',
      term: 1,
      votedFor: N1,
      entries: entries(1, 3, 1),
      commitIndex: 2,
      appliedIndex: 1,
      keys: 7,
    };
    const led = modelAfter(started(N1), recovered(N1), role(N1, 'leader', 1), appended(N1, entries(1, 5, 1)));
    expect(replica(reduceAll(led, [started(N2), back]), N2).catchingUp, 'at its first start').toBe(false);
    const behind = reduceAll(led, [started(N2, 50, 2), back, appended(N2, entries(4, 5, 1)), persisted(N2, 4)]);
    expect(replica(behind, N2).catchingUp).toBe(true);
    expect(leaderLastIndex(behind, S0)).toBe(5);
    expect(replica(reduce(behind, persisted(N2, 5)), N2).catchingUp).toBe(false);
  });

  test('recovery replaces all that was known', () => {
    const model = modelAfter(appended(N1, entries(1, 5, 1)), persisted(N1, 5), role(N1, 'leader', 1), {
      timeUs: 60,
      type: 'ReplicaRecovered',
      node: N1,
      shard: S0,
      role: 'follower',
      term: 4,
      votedFor: N2,
      entries: entries(1, 3, 1),
      commitIndex: 2,
      appliedIndex: 1,
      keys: 7,
    });
    expect(replica(model, N1)).toMatchObject({
      role: 'follower',
      term: 4,
      lastIndex: 3,
      persistedIndex: 3,
      commitIndex: 2,
      appliedIndex: 1,
      keys: 7,
    });
  });

  test('commit, apply and follower progress', () => {
    const model = modelAfter(
      role(N1, 'leader', 1),
      { timeUs: 50, type: 'FollowerProgressed', node: N1, shard: S0, follower: N2, matchIndex: 3, nextIndex: 4 },
      { timeUs: 51, type: 'CommitAdvanced', node: N1, shard: S0, commitIndex: 3, term: 1 },
      {
        timeUs: 52,
        type: 'EntryApplied',
        node: N1,
        shard: S0,
        index: 2,
        term: 1,
        stateHash: 0,
        keys: 5,
        duplicate: false,
      },
    );
    expect(replica(model, N1)).toMatchObject({ commitIndex: 3, appliedIndex: 2, keys: 5 });
    expect(replica(model, N1).progress.get(N2)).toEqual({ matchIndex: 3, nextIndex: 4 });
    expect(replica(reduce(model, role(N1, 'follower', 2)), N1).progress.size).toBe(0);
  });

  test('votes belong to one election', () => {
    const vote = (from: NodeId, granted: boolean): TraceEvent => ({
      timeUs: 15,
      type: 'VoteReceived',
      node: N1,
      shard: S0,
      term: 2,
      from,
      granted,
      preVote: false,
    });
    const model = modelAfter(role(N1, 'candidate', 2), vote(N2, true), vote(N3, false), vote(N2, true));
    expect(replica(model, N1).votes).toEqual([
      { from: N3, granted: false },
      { from: N2, granted: true },
    ]);
    expect(replica(reduce(model, role(N1, 'leader', 2)), N1).votes).toEqual([]);
  });
});

describe('timers', () => {
  const wait = (timeUs: number, waitUs: number): TraceEvent => ({
    timeUs,
    type: 'DeadlineSet',
    node: N1,
    shard: S0,
    waitUs,
  });

  test('the last deadline counts, and a change of role voids it', () => {
    const model = modelAfter(wait(100, 200), wait(150, 210));
    expect(replica(model, N1).timer).toEqual({ setAtUs: 150, waitUs: 210 });
    expect(replica(reduce(model, role(N1, 'precandidate', 1)), N1).timer).toBeUndefined();
  });

  test('the last lease counts; one that was given up, and a change of role, end it', () => {
    const lease = (timeUs: number, waitUs: number) => ({ ...wait(timeUs, waitUs), type: 'LeaseSet' }) as TraceEvent;
    const model = modelAfter(role(N1, 'leader', 1), lease(100, 200), lease(150, 210));
    expect(replica(model, N1).lease).toEqual({ setAtUs: 150, waitUs: 210 });
    expect(replica(reduce(model, lease(200, 0)), N1).lease).toBeUndefined();
    expect(replica(reduce(model, role(N1, 'follower', 2)), N1).lease).toBeUndefined();
  });

  test('an election timeout is told with how long nothing was heard, and of whom', () => {
    const timedOut = (leader: NodeId): TraceEvent => ({
      timeUs: 313_000,
      type: 'RoleChanged',
      node: N1,
      shard: S0,
      role: 'precandidate',
      term: 4,
      leader: nodeId(0),
      votedFor: N2,
      reason: 'election timeout',
      from: leader,
    });
    const follows = (leader: NodeId): TraceEvent =>
      ({ ...role(N1, 'follower', 4), leader, reason: 'heard from the leader', from: leader }) as TraceEvent;
    const causes = [nodeId(0), N2].map(
      (leader) => modelAfter(follows(leader), wait(101_000, 212_000), timedOut(nodeId(0))).feed.at(-1)?.why,
    );
    expect(causes).toEqual([
      'because it heard no leader for 212 ms',
      'because it heard nothing from its leader n2 for 212 ms',
    ]);
  });
});

describe('what an entry has been through', () => {
  test('each replica keeps when it stored, committed and applied up to where', () => {
    const at = (timeUs: number, lastIndex: number): TraceEvent =>
      ({ ...persisted(N1, lastIndex), timeUs }) as TraceEvent;
    const model = modelAfter(appended(N1, entries(1, 5, 1)), at(31, 2), at(35, 5));
    const { persisted: stored, entries: held } = replica(model, N1);
    expect([1, 2, 3, 5, 6].map((index) => milestoneOf(stored, index)?.timeUs)).toEqual([31, 31, 35, 35, undefined]);
    expect(held[0]?.appendedAtUs).toBe(20);
    // What replaces entry 4 is not stored; entry 3 was, when it was.
    const cut = replica(reduce(model, appended(N1, entries(4, 4, 2), 4, 50)), N1);
    expect([2, 3, 4].map((index) => milestoneOf(cut.persisted, index)?.timeUs)).toEqual([31, 35, undefined]);
    expect(cut.truncation).toMatchObject({
      timeUs: 50,
      removed: [
        { index: 4, term: 1 },
        { index: 5, term: 1 },
      ],
    });
  });

  test('a replica that starts holds what it holds since an unknown time', () => {
    const model = modelAfter({
      timeUs: 60,
      type: 'ReplicaRecovered',
      node: N1,
      shard: S0,
      role: 'follower',
      term: 4,
      votedFor: N2,
      entries: entries(1, 3, 1),
      commitIndex: 2,
      appliedIndex: 1,
      keys: 7,
    });
    expect(milestoneOf(replica(model, N1).persisted, 3)).toEqual({ index: 3, timeUs: undefined });
    expect(milestoneOf(replica(model, N1).committed, 3)).toBeUndefined();
  });

  test('the request that became it is known from proposal to answer, whichever attempt is answered', () => {
    const proposed = (requestId: number, joined: boolean): TraceEvent => ({
      timeUs: 80 + requestId,
      type: 'RequestProposed',
      node: N2,
      shard: S0,
      client: CLIENT,
      requestId,
      term: 4,
      index: 17,
      joined,
      deadlineUs: undefined,
    });
    const answered: TraceEvent = {
      timeUs: 110,
      type: 'RequestAnswered',
      node: N2,
      shard: S0,
      client: CLIENT,
      requestId: 6,
      outcome: 'Written',
    };
    const model = modelAfter(proposed(5, false), proposed(6, true), answered);
    expect(model.requests.get(S0)).toEqual([
      {
        index: 17,
        term: 4,
        proposed: { node: N2, timeUs: 85, client: CLIENT, requestId: 6 },
        answer: { timeUs: 110, type: 'Written' },
        told: undefined,
      },
    ]);
    expect(modelAfter(proposed(5, false), answered).requests.get(S0)?.[0]?.answer).toBeUndefined();
  });
});

describe('messages', () => {
  test('are there from sending to delivery', () => {
    const model = modelAfter(sent(1), sent(2));
    expect([...model.messages.keys()]).toEqual([1, 2]);
    expect(model.messages.get(1)).toMatchObject({ sentAtUs: 40, deliverAtUs: 50 });
    expect([...reduce(model, { timeUs: 50, type: 'MessageDelivered', id: 1 }).messages.keys()]).toEqual([2]);
  });

  test('a dropped one is kept a while, with the reason; a drop of an unknown one is nothing', () => {
    let model = modelAfter(sent(1));
    model = reduce(model, { timeUs: 45, type: 'MessageDropped', id: 1, reason: 'link is cut' });
    expect(model.messages.size).toBe(0);
    expect(model.drops).toMatchObject([{ id: 1, droppedAtUs: 45, reason: 'link is cut' }]);
    expect(reduce(model, { timeUs: 46, type: 'MessageDropped', id: 99, reason: 'link is cut' }).drops).toHaveLength(1);
    for (let id = 2; id < 100; id++)
      model = reduceAll(model, [sent(id), { timeUs: 45, type: 'MessageDropped', id, reason: 'link is cut' }]);
    expect(model.drops).toHaveLength(DROPS_KEPT);
  });

  test('what is told thinly tells of no message any more', () => {
    const thin: TraceEvent = { timeUs: 41, type: 'DetailsOmitted', untilUs: 42 };
    expect(modelAfter(sent(1), thin).messages.size).toBe(0);
    expect([...modelAfter(sent(1), thin, sent(2)).messages.keys()]).toEqual([2]);
  });

  test('after a reload the network is whole and empty, and clients begin anew', () => {
    const reload: TraceEvent = { timeUs: 50, type: 'ActionTaken', action: { type: 'Reload', endings: [] } };
    const cut: TraceEvent = { timeUs: 1, type: 'LinkChanged', from: N1, to: N2, cut: true, settings: { drop: 0.1 } };
    const before = modelAfter(sent(1), cut);
    const { messages, cuts, links, feed } = reduce(before, reload);
    expect([messages.size, cuts.size, links.size]).toEqual([0, 0, 0]);
    expect(feed.length).toBeGreaterThan(before.feed.length);
    expect([...reduceAll(before, [sent(2), reload, sent(3)]).messages.keys()]).toEqual([3]);
    expect([...before.messages.keys()]).toEqual([1]);
  });

  test('cuts have a direction', () => {
    const cut = (from: NodeId, to: NodeId, on: boolean): TraceEvent => ({
      timeUs: 1,
      type: 'LinkChanged',
      from,
      to,
      cut: on,
      settings: {},
    });
    const model = modelAfter(cut(N1, N2, true), cut(N2, N3, true), cut(N2, N3, false));
    expect([...model.cuts.keys()]).toEqual(['1>2']);
  });

  test('what is set for a link is kept until it is healed, what is set for all of them under *', () => {
    const set = (settings: object): TraceEvent => ({
      timeUs: 1,
      type: 'LinkChanged',
      from: N1,
      to: N2,
      cut: false,
      settings,
    });
    const model = modelAfter(set({ drop: 0.1 }), {
      timeUs: 2,
      type: 'ActionTaken',
      action: { type: 'Configure', name: 'link.delay', value: 80_000 },
    });
    expect([...model.links]).toEqual([
      ['1>2', { drop: 0.1 }],
      ['*', { delayUs: 80_000 }],
    ]);
    expect([...reduce(model, set({})).links.keys()]).toEqual(['*']);
  });
});

describe('operations', () => {
  const invoked: TraceEvent = {
    timeUs: 70,
    type: 'OperationInvoked',
    id: 1,
    client: CLIENT,
    clientName: 'client',
    shard: S0,
    operation: { type: 'Put', key: encodeUtf8('user:42'), value: encodeUtf8('ada') },
  };
  const ground = { shard: S0, node: N2, term: 4, index: 17, acks: 2, voters: 3, elapsedUs: 41_000, attempts: 1 };

  test('go from under way to completed, and both ends stand in the feed', () => {
    const pending = modelAfter(invoked);
    expect(pending.operations.get(1)).toMatchObject({ text: 'PUT user:42', shard: S0 });
    expect(pending.paths.paths).toMatchObject([{ id: 1, invokedUs: 70, completedUs: undefined }]);
    const done = reduce(pending, {
      timeUs: 111,
      type: 'OperationCompleted',
      id: 1,
      client: CLIENT,
      outcome: { ...ground, status: 'ok', result: { type: 'Written', existed: false } },
    });
    expect(done.operations.size).toBe(0);
    expect(done.paths.paths).toMatchObject([{ completedUs: 111, outcome: { status: 'ok' } }]);
    expect(done.requests.get(S0)).toMatchObject([{ index: 17, term: 4, told: { timeUs: 111, text: 'PUT user:42' } }]);
    expect(done.feed.map(({ text, tone }) => [text, tone])).toEqual([
      ['asked PUT user:42', 'plain'],
      ['PUT user:42: OK', 'good'],
    ]);
  });

  test('an unknown outcome is not told as a failure', () => {
    const model = reduce(modelAfter(invoked), {
      timeUs: 111,
      type: 'OperationCompleted',
      id: 1,
      client: CLIENT,
      outcome: { ...ground, status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout' },
    });
    expect(model.feed.at(-1)).toMatchObject({
      text: 'PUT user:42: outcome unknown',
      why: 'because of timeout: it may have happened',
    });
  });
});

describe('the feed', () => {
  test('tells elections with their reason and is bounded', () => {
    const model = modelAfter(role(N2, 'leader', 5));
    expect(model.feed).toMatchObject([
      { actor: N2, shard: S0, text: 'became leader of s0, term 5', why: 'because it won the election', tone: 'good' },
    ]);
    const many = reduceAll(
      model,
      Array.from({ length: FEED_MAX + 50 }, (_, i) => role(N2, 'leader', 10 + i)),
    );
    expect(many.feed).toHaveLength(FEED_MAX);
    expect(many.feed.at(-1)?.id).toBe(FEED_MAX + 51);
  });

  test('a candidate names its voters, a loser those who refused', () => {
    const vote = (from: NodeId, granted: boolean): TraceEvent => ({
      timeUs: 15,
      type: 'VoteReceived',
      node: N1,
      shard: S0,
      term: 2,
      from,
      granted,
      preVote: false,
    });
    const candidate = [role(N2, 'follower', 1), role(N3, 'follower', 1), role(N1, 'candidate', 2)];
    const won = modelAfter(...candidate, vote(N3, true), vote(N1, true), role(N1, 'leader', 2));
    expect(won.feed.at(-1)?.why).toBe('because n3 voted for it, 2 of 3 with itself');
    const lost = { ...role(N1, 'follower', 2), reason: 'lost the election', from: N3 } as TraceEvent;
    const model = modelAfter(...candidate, vote(N2, false), vote(N3, false), lost);
    expect(model.feed.at(-1)).toMatchObject({
      text: 'gave up its candidacy of term 2',
      why: 'because n2 and n3 refused',
      topic: 'election',
    });
  });

  test('a transfer is told as it begins, as it succeeds, and with why it was given up', () => {
    const common = { timeUs: 30, node: N1, shard: S0, term: 4, to: N2 } as const;
    const began: TraceEvent = { ...common, type: 'TransferStarted' };
    const told = (event: TraceEvent) => modelAfter(role(N1, 'leader', 4), began, event).feed.at(-1);
    expect(modelAfter(role(N1, 'leader', 4), began).feed.at(-1)).toMatchObject({
      actor: N1,
      text: 'began to hand s0 over to n2',
      why: 'because it was asked to; it takes no writes until n2 leads',
    });
    expect(told({ ...role(N2, 'candidate', 5), reason: 'leadership transfer', from: N1 } as TraceEvent)).toMatchObject({
      text: 'became candidate in term 5',
      why: 'because n1, the leader, told it to stand',
    });
    expect(told({ ...role(N1, 'follower', 5), reason: 'leadership transfer', from: N2 } as TraceEvent)).toMatchObject({
      text: 'handed s0 over',
      why: 'because n2 stands in its place',
    });
    expect(told({ ...common, type: 'TransferAborted', asked: false })).toMatchObject({
      text: 'kept the lead of s0',
      why: 'because n2 did not get all of its log within an election timeout',
    });
    expect(told({ ...common, type: 'TransferAborted', asked: true })?.why).toContain('did not win');
  });

  test('a truncation is told with who leads', () => {
    const follows = { ...role(N1, 'follower', 2), leader: N3 } as TraceEvent;
    const model = modelAfter(appended(N1, entries(1, 5, 1)), follows, appended(N1, entries(4, 4, 2), 4));
    expect(model.feed.at(-1)).toMatchObject({
      text: 'truncated 2 entries from index 4',
      why: 'because n3, leader of term 2, holds others there; none was committed',
    });
  });

  test('keys that expire are told once, by the leader', () => {
    const expired = (node: NodeId, count: number): TraceEvent => {
      const keys = ['a', 'b', 'c'].slice(0, count).map((name) => encodeUtf8(name));
      return { timeUs: 30, type: 'KeysExpired', node, shard: S0, index: 9, count, keys };
    };
    const leads = role(N1, 'leader', 1);
    const model = modelAfter(leads, role(N2, 'follower', 1), expired(N1, 1), expired(N2, 1));
    expect(model.feed.at(-1)).toMatchObject({
      actor: N1,
      text: 'let a expire',
      why: 'because entry 9 moved log time past the deadline',
    });
    expect(model.feed.filter(({ text }) => text.includes('expire'))).toHaveLength(1);
    expect(modelAfter(leads, expired(N1, 5)).feed.at(-1)?.text).toBe('let a, b, c and 2 more expire');
  });

  test('a heartbeat that is lost is no news, an entry that is lost is', () => {
    const heartbeat: TraceEvent = {
      ...(sent(2) as Extract<TraceEvent, { type: 'MessageSent' }>),
      items: [{ kind: 'Heartbeat', shard: S0, term: 1, index: 0, entries: 0, ok: true }],
    };
    const lost = (id: number): TraceEvent => ({ timeUs: 45, type: 'MessageDropped', id, reason: 'target is down' });
    expect(modelAfter(heartbeat, lost(2)).feed).toEqual([]);
    expect(modelAfter(sent(1), lost(1)).feed).toMatchObject([
      { actor: N1, text: 'lost entries up to 3 to n2', why: 'because the target is down' },
    ]);
  });
});

test('reducing leaves the model before as it was, and a batch equals its events one by one', () => {
  const events = [
    started(N1),
    recovered(N1),
    role(N1, 'leader', 1),
    appended(N1, entries(1, 5, 1)),
    persisted(N1, 5),
    sent(1),
    appended(N1, entries(4, 4, 2), 4),
  ];
  const before = reduceAll(EMPTY_MODEL, events);
  const copy = structuredClone(before);
  reduceAll(before, [
    appended(N1, entries(5, 9, 3)),
    role(N1, 'follower', 3),
    { timeUs: 99, type: 'MessageDelivered', id: 1 },
    started(N2),
  ]);
  expect(before).toEqual(copy);
  expect(EMPTY_MODEL.nodes.size).toBe(0);
  expect(events.reduce(reduce, EMPTY_MODEL)).toEqual(before);
});
