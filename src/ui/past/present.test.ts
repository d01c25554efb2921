import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandResult } from '../../console/result.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { createCommands } from '../commands.ts';
import { actOfKey } from '../keys.ts';
import { type AppStore, createAppStore, type Feed, feedStore } from '../store/app-store.ts';
import { leaderOf } from '../store/view-model.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { appended, CLIENT, entries, N1, N2, recovered, role, S0, started } from '../testing/trace-events.ts';
import { counterShown } from './past-counters.ts';

const MS = 1000;

const written = (id: number, timeUs: number): readonly TraceEvent[] => [
  {
    timeUs: timeUs - 1,
    type: 'OperationInvoked',
    id,
    client: CLIENT,
    clientName: 'client',
    shard: S0,
    operation: { type: 'Put', key: new Uint8Array([1]), value: new Uint8Array([2]) },
  },
  {
    timeUs,
    type: 'OperationCompleted',
    id,
    client: CLIENT,
    outcome: {
      status: 'ok',
      result: { type: 'Written', existed: false },
      shard: S0,
      node: N1,
      term: 1,
      index: 2,
      acks: 2,
      voters: 3,
      elapsedUs: 1,
      attempts: 1,
    },
  },
];

let cluster: FakeCluster;
let store: AppStore;
let feed: Feed;
let wallMs: number;

/** Frames until the picture has caught up. */
function show(): void {
  do wallMs += 16;
  while (feed.frame(wallMs) && wallMs < 60_000);
}

beforeEach(() => {
  cluster = new FakeCluster();
  store = createAppStore(cluster);
  wallMs = 0;
  feed = feedStore(cluster, store, () => wallMs);
  cluster.emit(started(N1), started(N2), recovered(N1), recovered(N2));
  cluster.emit(role(N1, 'leader', 1, S0, 10 * MS), appended(N1, entries(1, 3, 1), 0, 20 * MS), ...written(1, 25 * MS));
  cluster.emit({ timeUs: 30 * MS, type: 'NodeKilled', node: N1, pending: 0, lost: 0, torn: false });
  cluster.emit(role(N2, 'leader', 2, S0, 40 * MS), ...written(2, 45 * MS));
  cluster.transportIs({ mode: 'paused', timeUs: 50 * MS });
  show();
});

const leader = () => leaderOf(store.getState().model, S0);

describe('an earlier moment', () => {
  test('is shown whole: model, clock, feed of then, and what came later is known as later', async () => {
    expect(leader()).toBe(N2);
    expect(await feed.look({ timeUs: 20 * MS })).toBe(20 * MS);
    const { model, past } = store.getState();
    expect(leader()).toBe(N1);
    expect(feed.nowUs()).toBe(20 * MS);
    expect(model.feed.every(({ timeUs }) => timeUs <= 20 * MS)).toBe(true);
    expect(past?.live.feed.filter(({ timeUs }) => timeUs > 20 * MS).map(({ text }) => text)).toContain('was killed');
    expect(past?.reachUs).toBe(0);
  });

  test('back takes back event after event, on goes there again, and behind the last one is now', async () => {
    expect(await feed.look('back')).toBe(45 * MS - 1);
    expect(await feed.look('back')).toBe(40 * MS);
    expect(await feed.look('back')).toBe(30 * MS);
    expect([leader(), store.getState().model.nodes.get(N1)?.state]).toEqual([0, 'down']);
    expect(await feed.look('forward')).toBe(40 * MS);
    expect(await feed.look('forward')).toBe(45 * MS - 1);
    expect(await feed.look('forward')).toBeUndefined();
    expect(store.getState().past).toBeUndefined();
    expect(leader()).toBe(N2);
  });

  test('has time stand', async () => {
    cluster.transportIs({ mode: 'playing' });
    await feed.look({ timeUs: 10 * MS });
    expect(cluster.transport().mode).toBe('paused');
    expect(store.getState().past?.timeUs).toBe(10 * MS);
  });

  test('reports that were on their way when it was asked for change what is now, not what is shown', async () => {
    cluster.transportIs({ mode: 'playing' });
    const looking = feed.look({ timeUs: 20 * MS });
    cluster.emit(role(N2, 'follower', 3, S0, 60 * MS));
    await looking;
    show();
    const { past } = store.getState();
    expect([leader(), past?.timeUs]).toEqual([N1, 20 * MS]);
    expect(leaderOf(past?.live ?? store.getState().model, S0)).toBe(0);
  });

  test.each<[string, () => void]>([
    ['time runs', () => cluster.transportIs({ mode: 'playing' })],
    ['something happens', () => cluster.emit(role(N2, 'leader', 2, S0, 60 * MS))],
    ['somebody asks for now', () => void feed.look('now')],
  ])('is left when %s', async (_, happens) => {
    await feed.look({ timeUs: 20 * MS });
    happens();
    await Promise.resolve();
    show();
    await expect.poll(() => store.getState().past).toBeUndefined();
    expect([leader(), feed.nowUs()]).toEqual([N2, expect.any(Number)]);
    expect(feed.nowUs()).toBeGreaterThan(45 * MS);
  });

  test('another run has another past', async () => {
    await feed.look({ timeUs: 20 * MS });
    cluster.emit(started(N1), recovered(N1));
    show();
    expect(store.getState().past).toBeUndefined();
    expect(store.getState().model.feed).toHaveLength(1);
    expect(await feed.look({ timeUs: 0 })).toBe(0);
  });

  test('there is none while the cluster boots', async () => {
    cluster.transportIs({ mode: 'booting' });
    expect(await feed.look('back')).toBeUndefined();
    expect(store.getState().past).toBeUndefined();
  });

  test('its counters are those of then', async () => {
    const counters = { writes: 12, reads: 4, elections: 9, keys: 7 };
    store.setState({ counters });
    await feed.look({ timeUs: 25 * MS });
    const shown = (['writes', 'reads', 'elections', 'keys'] as const).map((name) =>
      counterShown(store.getState(), name),
    );
    expect(shown).toEqual([11, 4, 8, 0]);
    await feed.look('now');
    expect(counterShown(store.getState(), 'writes')).toBe(12);
  });
});

describe('what is pressed in the past', () => {
  const ran: string[] = [];
  const commands = () =>
    createCommands(
      store,
      async (line): Promise<readonly CommandResult[]> => {
        ran.push(line);
        return [{ ok: true, text: 'done' }];
      },
      () => feed.look('now'),
    );
  beforeEach(() => {
    ran.length = 0;
  });

  test('a button that acts on what is drawn does nothing but lead back, and says so', async () => {
    const { run } = commands();
    await feed.look({ timeUs: 20 * MS });
    expect(await run('KILL n1', 'button')).toEqual([]);
    expect(ran).toEqual([]);
    expect(store.getState().past).toBeUndefined();
    expect(store.getState().console.at(-1)?.results[0]?.text).toContain('KILL n1 was not given');
    await run('KILL n1', 'button');
    expect(ran).toEqual(['KILL n1']);
  });

  test.each(['PLAY', 'STEP', 'RESET nodes=5', 'SPEED 1/10', 'STATUS'])(
    '%s means the same from anywhere',
    async (line) => {
      await feed.look({ timeUs: 20 * MS });
      await commands().run(line, 'button');
      expect(ran).toEqual([line]);
    },
  );

  test('what is typed or scripted acts now', async () => {
    await feed.look({ timeUs: 20 * MS });
    await commands().run('KILL n2', 'typed');
    await commands().run('KILL n2', 'script');
    expect(ran).toEqual(['KILL n2', 'KILL n2']);
  });

  test('what answers of now says so while the past is shown', async () => {
    await feed.look({ timeUs: 20 * MS });
    await commands().run('LOG n1', 'typed');
    expect(store.getState().console.at(-1)?.results[0]?.text).toBe('This is of now, 0.050 s, not of the moment shown.');
    await commands().run('HELP', 'typed');
    expect(store.getState().console.at(-1)?.line).toBe('HELP');
    expect(store.getState().past?.timeUs).toBe(20 * MS);
  });

  test('keys: a comma goes back, a full stop on, N to now', async () => {
    expect(actOfKey(store.getState(), ',')).toEqual({ type: 'look', target: 'back' });
    expect(actOfKey(store.getState(), '.')).toEqual({ type: 'run', line: 'STEP' });
    expect(actOfKey(store.getState(), 'n')).toBeUndefined();
    await feed.look('back');
    expect(actOfKey(store.getState(), '.')).toEqual({ type: 'look', target: 'forward' });
    expect(actOfKey(store.getState(), 'N')).toEqual({ type: 'look', target: 'now' });
  });
});
