import { expect, test } from 'vitest';
import type { LookTarget } from '../../../console/session.ts';
import type { Micros } from '../../../core/base/ids.ts';
import { createShellStore } from '../../shell/shell-store.ts';
import { createAppStore } from '../../store/app-store.ts';
import { FakeCluster } from '../../testing/fake-cluster.ts';
import { goToEvents, goToMoment } from './go-to-moment.ts';
import { invariantWords } from './invariant-words.ts';

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

test('what a rule was tested by, and nothing else', () => {
  const app = setUp(undefined);
  const filterOf = (name: string) => {
    goToEvents(app, invariantWords(name));
    return app.store.getState().feedFilter;
  };
  const { text } = invariantWords('Snapshot');
  const about = { text, events: ['SnapshotStarted', 'SnapshotInstalled'] };
  expect(filterOf('Snapshot')).toEqual({ topics: [], shardOnly: false, about });
  expect(filterOf('ReadFreshness')).toMatchObject({ topics: ['read'], about: { events: ['OperationCompleted'] } });
  expect(app.shell.getState().front).toBe('events');
});
