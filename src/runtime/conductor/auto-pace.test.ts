import { describe, expect, test } from 'vitest';
import { type ClientActorId, nodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import { CLASSROOM, DATACENTER } from '../../core/cluster/presets.ts';
import type { MessageKind, TraceEvent } from '../../core/cluster/trace-event.ts';
import { AutoPace, autoRates } from './auto-pace.ts';

const S3 = shardId(3);
const S5 = shardId(5);
const RATES = autoRates(CLASSROOM);
const CLIENT = 100 as ClientActorId;

const killed = (timeUs: number): TraceEvent => ({
  timeUs,
  type: 'NodeKilled',
  node: nodeId(2),
  pending: 0,
  lost: 0,
  torn: false,
});
const invoked = (id: number, timeUs: number, shard: ShardId = S3): TraceEvent => ({
  timeUs,
  type: 'OperationInvoked',
  id,
  client: CLIENT,
  clientName: 'client',
  shard,
  operation: { type: 'Get', key: encodeUtf8('k') },
});
const role = (timeUs: number, is: 'precandidate' | 'leader', shard: ShardId = S3): TraceEvent => ({
  timeUs,
  type: 'RoleChanged',
  node: nodeId(1),
  shard,
  role: is,
  term: 2,
  leader: nodeId(0),
  votedFor: nodeId(1),
  reason: 'won the election',
  from: nodeId(0),
});
const transferred = (timeUs: number): TraceEvent => ({
  timeUs,
  type: 'TransferStarted',
  node: nodeId(1),
  shard: S3,
  term: 2,
  to: nodeId(2),
});
const sent = (timeUs: number, kind: MessageKind, shard: ShardId = S3): TraceEvent => ({
  timeUs,
  type: 'MessageSent',
  id: timeUs,
  from: nodeId(1),
  to: nodeId(2),
  bytes: 10,
  deliverAtUs: timeUs + 10_000,
  items: [{ kind, shard, term: 1, index: 1, entries: 1, ok: true }],
});

const newPace = (): AutoPace => new AutoPace(RATES, S3);

/** Runs on for so much wall time, in turns of 10 ms from `wallMs`. @returns where the run has come, and the rate then */
function play(pace: AutoPace, wallMs: number, nowUs: number, forMs: number): { nowUs: number; rate: number } {
  let rate = 0;
  for (let ms = wallMs; ms <= wallMs + forMs; ms += 10) {
    rate = pace.advance(ms, nowUs);
    if (ms < wallMs + forMs) nowUs += rate * 10_000;
  }
  return { nowUs, rate };
}

describe('autoRates', () => {
  test('shown slowly, a message takes 0.4 s in either profile; an election timeout passes in half a second', () => {
    for (const config of [CLASSROOM, DATACENTER]) {
      const { slow, quick } = autoRates(config);
      expect(config.network.delayUs / slow / 1000).toBeCloseTo(400, 6);
      const timeoutUs = (config.limits.electionTimeoutUsMin + config.limits.electionTimeoutUsMax) / 2;
      expect(timeoutUs / quick / 1000).toBeCloseTo(450, 6);
    }
  });

  test('the slow rate is never above the quick one, and never none', () => {
    const withDelay = (delayUs: number) => autoRates({ ...CLASSROOM, network: { ...CLASSROOM.network, delayUs } });
    expect(withDelay(60_000_000).slow).toBe(RATES.quick);
    expect(withDelay(0).slow).toBeGreaterThan(0);
  });
});

describe('AutoPace', () => {
  test('a quiet stretch passes quickly, and heartbeats are quiet', () => {
    const pace = newPace();
    expect(pace.observe([sent(1000, 'Heartbeat'), sent(2000, 'HeartbeatResponse'), sent(3000, 'AppendEntries')])).toBe(
      false,
    );
    expect(pace.advance(0, 3000)).toBe(RATES.quick);
    expect(pace.describe(3000)).toBe('quick: nothing happens in s3');
  });

  test.each([
    ['a kill', killed(5000), 'slow: n2 is killed'],
    ['a transfer', transferred(5000), 'slow: a leadership transfer in s3'],
    ['an operation', invoked(1, 5000), 'slow: an operation in s3'],
    ['an election', role(5000, 'precandidate'), 'slow: an election in s3'],
  ])('%s slows time at once, and says so', (_, event, words) => {
    const pace = newPace();
    pace.advance(0, 0);
    expect(pace.observe([event])).toBe(true);
    expect(pace.advance(10, 5000)).toBe(RATES.slow);
    expect(pace.describe(5000)).toBe(words);
    // Already slow: the turn goes on.
    expect(pace.observe([sent(5001, 'AppendEntries')])).toBe(false);
  });

  test('what follows keeps it slow; then the rate rises without a jump', () => {
    const pace = newPace();
    pace.observe([invoked(1, 0)]);
    let { nowUs } = play(pace, 0, 0, 300);
    pace.observe([sent(nowUs, 'ClientRequest')]);
    ({ nowUs } = play(pace, 310, nowUs, 300));
    expect(pace.describe(nowUs)).toBe('slow: an operation in s3');
    let last: number = RATES.slow;
    for (let ms = 620; ms < 4000; ms += 10) {
      const rate = pace.advance(ms, nowUs);
      expect(rate).toBeGreaterThanOrEqual(last);
      expect(rate / last).toBeLessThan(1.06);
      nowUs += rate * 10_000;
      last = rate;
    }
    expect(last).toBe(RATES.quick);
  });

  test('an election elsewhere is quiet until that shard is watched', () => {
    const pace = newPace();
    expect(pace.observe([role(1000, 'precandidate', S5)])).toBe(false);
    pace.watch(S5);
    expect(pace.observe([role(2000, 'precandidate', S5)])).toBe(true);
  });

  test('the eye follows an operation that is alone to its shard; of several at once only the watched shard’s', () => {
    const pace = newPace();
    expect(pace.observe([invoked(1, 1000, S5)])).toBe(true);
    expect(pace.describe(1000)).toBe('slow: an operation in s5');
    const { nowUs } = play(pace, 0, 1000, 8000);
    expect(pace.observe([invoked(2, nowUs, shardId(6))])).toBe(false);
    expect(pace.observe([invoked(3, nowUs)])).toBe(true);
  });

  test('an operation that nothing answers does not hold time', () => {
    const pace = newPace();
    pace.observe([invoked(1, 0)]);
    const { nowUs, rate } = play(pace, 0, 0, 3000);
    expect(rate).toBe(RATES.quick);
    expect(nowUs).toBeGreaterThan(500_000);
  });

  test('elections that elect nobody pass quickly after the second; a kill makes them news again', () => {
    const pace = newPace();
    const slowed = [0, 300_000, 600_000, 900_000].map((timeUs, i) => {
      play(pace, i * 5000, timeUs - 1, 3000);
      return pace.observe([role(timeUs, 'precandidate')]);
    });
    expect(slowed).toEqual([true, true, false, false]);
    pace.observe([killed(1_200_000)]);
    play(pace, 30_000, 1_300_000, 3000);
    expect(pace.observe([role(3_000_000, 'precandidate')])).toBe(true);
  });

  test('what the eventual keyspace does by itself in the shard in view is shown: hints, repairs, differences; equal roots are not', () => {
    const at = { timeUs: 900_000, node: nodeId(1), shard: S3 };
    const compared = (differing: readonly number[], shard = S3): TraceEvent => ({
      ...{ ...at, shard, type: 'SyncCompared', peer: nodeId(2), sync: 1, level: 'root', count: 1, differing },
      ...{ own: [1], theirs: [2], keysHeld: 1, keysThere: 1 },
    });
    const slows = (event: TraceEvent): string | undefined => {
      const pace = newPace();
      play(pace, 0, 0, 3000);
      return pace.observe([event]) ? pace.describe(event.timeUs) : undefined;
    };
    const key = encodeUtf8('k');
    expect(slows(compared([0]))).toBe('slow: replicas that differ are compared in s3');
    expect(slows(compared([]))).toBeUndefined();
    expect(slows(compared([0], S5))).toBeUndefined();
    expect(slows({ ...at, type: 'HintDelivered', key, home: nodeId(2), waiting: 0 })).toMatch(/a hint is handed over/);
    expect(slows({ ...at, type: 'ReadRepaired', key, op: 1, to: nodeId(2) })).toMatch(/a read repairs/);
    expect(slows({ ...at, type: 'HintStored', key, home: nodeId(2), from: nodeId(3), waiting: 1 })).toBeUndefined();
  });

  test('a stream of operations is shown for ten seconds, then passes quickly until it is quiet', () => {
    const pace = newPace();
    let nowUs = 0;
    let slowMs = 0;
    for (let ms = 0, id = 1; ms < 20_000; ms += 10, id++) {
      pace.observe([invoked(id, nowUs)]);
      const rate = pace.advance(ms, nowUs);
      if (rate === RATES.slow) slowMs += 10;
      nowUs += rate * 10_000;
    }
    expect(slowMs).toBeGreaterThan(9_900);
    expect(slowMs).toBeLessThan(10_100);
    expect(pace.describe(nowUs)).toBe('quick: too much happens to show all of it');
    nowUs = play(pace, 20_000, nowUs, 3000).nowUs;
    expect(pace.observe([invoked(1e6, nowUs)])).toBe(true);
  });

  test('a gap on the wall, or a clock that goes back, is not taken for time shown', () => {
    const pace = newPace();
    pace.observe([killed(0)]);
    pace.advance(0, 0);
    for (const ms of [60_000, 30_000, 90_000]) expect(pace.advance(ms, 1000)).toBe(RATES.slow);
    // The rate rises by what one turn may count for at most.
    expect(pace.advance(150_000, 900_000)).toBeLessThan(RATES.slow * 2);
  });
});
