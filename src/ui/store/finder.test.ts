import { beforeEach, expect, test } from 'vitest';
import { createCommands } from '../commands.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { CLIENT, S0 } from '../testing/trace-events.ts';
import { type AppStore, createAppStore, feedStore, NO_KEY, showKey } from './app-store.ts';

const KEY = new TextEncoder().encode('user:42');

let cluster: FakeCluster;
let store: AppStore;
let show: () => void;

beforeEach(async () => {
  cluster = new FakeCluster();
  store = createAppStore(cluster);
  let wallMs = 0;
  const feed = feedStore(cluster, store, () => wallMs);
  show = () => {
    for (let i = 0; i < 100; i++) {
      wallMs += 16;
      feed.frame(wallMs);
    }
  };
  await Promise.resolve();
  await Promise.resolve();
});

function operate(id: number): void {
  const operation = { type: 'Get', key: KEY } as const;
  cluster.emit({
    timeUs: id,
    type: 'OperationInvoked',
    id,
    client: CLIENT,
    clientName: 'client',
    shard: S0,
    operation,
  });
  cluster.transportIs({ mode: 'paused', timeUs: id + 1 });
  show();
}

test('a key is marked from the beginning of its walk, and its shard is looked at', () => {
  showKey(store, KEY);
  const { finder, focusedShard, run } = store.getState();
  expect(finder).toEqual({ key: KEY, shown: 0 });
  expect(focusedShard).toBe(run?.ring.shardOfKey(KEY));
});

test('before the ring is known there is nothing to mark', () => {
  store.setState({ run: undefined });
  showKey(store, KEY);
  expect(store.getState().finder).toBeUndefined();
});

test("a person's next operation takes the mark, and leaves the field; a script's does not", async () => {
  const commands = createCommands(store, async () => []);
  showKey(store, KEY);
  await commands.run('GET user:42', 'script');
  operate(1);
  expect(store.getState().finder?.key).toBe(KEY);
  await commands.run('GET user:42', 'typed');
  operate(2);
  expect(store.getState().finder).toBe(NO_KEY);
});

test('where no key is asked for, an operation opens nothing', async () => {
  await createCommands(store, async () => []).run('GET user:42', 'typed');
  operate(1);
  expect(store.getState()).toMatchObject({ personOperation: 1, finder: undefined });
});

test('RING may be asked of a picture of the past: placement is the same, and who leads is of now', async () => {
  const ran: string[] = [];
  const runLine = async (line: string) => {
    ran.push(line);
    return [];
  };
  store.setState({ past: { timeUs: 1 } as never });
  await createCommands(store, runLine).run('RING user:42', 'button');
  expect(ran).toEqual(['RING user:42']);
  expect(store.getState().console.at(-1)?.results[0]?.text).toMatch(/^This is of now/);
});
