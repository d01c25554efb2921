import { expect, test } from 'vitest';
import { nodeId } from '../../../core/base/ids.ts';
import { createShellStore } from '../../shell/shell-store.ts';
import { createAppStore } from '../../store/app-store.ts';
import { reduceAll } from '../../store/reduce.ts';
import { EMPTY_MODEL } from '../../store/view-model.ts';
import { FakeCluster } from '../../testing/fake-cluster.ts';
import { goToMoment, goToTopic } from './go-to-moment.ts';

const setUp = () => ({ store: createAppStore(new FakeCluster()), shell: createShellStore() });
const killed = (timeUs: number) =>
  ({ timeUs, type: 'NodeKilled', node: nodeId(1), pending: 0, lost: 0, torn: false }) as const;

test('a moment is marked among all events, which are brought into view', () => {
  const app = setUp();
  app.store.setState({ model: reduceAll(EMPTY_MODEL, [killed(1000), killed(5_000_000)]) });
  expect(goToMoment(app, 4000)).toBe(true);
  expect(app.store.getState()).toMatchObject({ feedMoment: 4000, feedFilter: { topics: [], shardOnly: false } });
  expect(app.shell.getState().front).toBe('events');
});

test('what the feed does not reach back to is not pretended to be there', () => {
  const app = setUp();
  expect(goToMoment(app, 4000)).toBe(false);
  app.store.setState({ model: reduceAll(EMPTY_MODEL, [killed(5000)]) });
  expect(goToMoment(app, 4000)).toBe(false);
  expect(app.store.getState().feedMoment).toBeUndefined();
});

test('all events of a kind', () => {
  const app = setUp();
  app.store.setState({ feedMoment: 4 });
  goToTopic(app, 'election');
  expect(app.store.getState()).toMatchObject({
    feedMoment: undefined,
    feedFilter: { topics: ['election'], shardOnly: false },
  });
});
