import { expect, test } from 'vitest';
import type { LookTarget } from '../../../console/session.ts';
import type { Micros } from '../../../core/base/ids.ts';
import { createShellStore } from '../../shell/shell-store.ts';
import { createAppStore } from '../../store/app-store.ts';
import { FakeCluster } from '../../testing/fake-cluster.ts';
import { goToMoment, goToTopic } from './go-to-moment.ts';

function setUp(shown: Micros | undefined) {
  const asked: LookTarget[] = [];
  const look = async (target: LookTarget): Promise<Micros | undefined> => {
    asked.push(target);
    return shown;
  };
  return { store: createAppStore(new FakeCluster()), shell: createShellStore(), look, asked };
}

test('a moment is shown, with the events of all kinds', async () => {
  const app = setUp(4000);
  app.store.setState({ feedFilter: { topics: ['write'], shardOnly: true } });
  expect(await goToMoment(app, 4000)).toBe('moment');
  expect(app.asked).toEqual([{ timeUs: 4000 }]);
  expect(app.store.getState().feedFilter).toEqual({ topics: [], shardOnly: false });
  expect(app.shell.getState().front).toBe('events');
});

test('what is not kept any more is not pretended to be there, and the present is a moment as well', async () => {
  expect(await goToMoment(setUp(5000), 4000)).toBe('earliest');
  expect(await goToMoment(setUp(undefined), 4000)).toBe('now');
});

test('all events of a kind', () => {
  const app = setUp(undefined);
  goToTopic(app, 'election');
  expect(app.store.getState().feedFilter).toEqual({ topics: ['election'], shardOnly: false });
});
