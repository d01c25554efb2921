import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import { reducePaths } from '../../core/cluster/operation-path/reduce-paths.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { CLIENT, modelAfter, N2, S0 } from '../testing/trace-events.ts';
import { reduce } from './reduce.ts';

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
    expect(pending.paths.read(reducePaths).paths).toMatchObject([{ id: 1, invokedUs: 70, completedUs: undefined }]);
    const done = reduce(pending, {
      timeUs: 111,
      type: 'OperationCompleted',
      id: 1,
      client: CLIENT,
      outcome: { ...ground, status: 'ok', result: { type: 'Written', existed: false } },
    });
    expect(done.operations.size).toBe(0);
    expect(done.paths.read(reducePaths).paths).toMatchObject([{ completedUs: 111, outcome: { status: 'ok' } }]);
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
