import { expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { createRandomStream } from '../base/random.ts';
import { LossyCluster } from './testing/lossy-cluster.ts';
import { get, MS, put } from './testing/scripted-client.ts';

const SEEDS = 400;
const OPERATIONS = 30;

test('applied at most once; ok was applied, fail never; nothing ends early or late', () => {
  const endings = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const cluster = new LossyCluster(seed);
    const random = createRandomStream(seed, 'operations', 'test', 0);
    const timeouts = new Map<number, number>();
    for (let id = 1; id <= OPERATIONS; id++) {
      const timeoutUs = random.between(50, 1500) * MS;
      const via = random.chance(0.15) ? nodeId(random.between(1, 3)) : undefined;
      const operation = random.chance(0.2) ? get('k') : put('k', `v${id}`);
      const atUs = random.between(0, 6000) * MS;
      timeouts.set(id, timeoutUs);
      cluster.invokeAt(atUs, id, operation, timeoutUs, via);
    }
    cluster.run(12_000 * MS);
    for (let id = 1; id <= OPERATIONS; id++) {
      const where = `seed ${seed}, operation ${id}`;
      const outcome = cluster.outcomes.get(id)?.outcome;
      if (outcome === undefined) throw new Error(`${where} never completed`);
      const times = cluster.applied.get(`v${id}`) ?? 0;
      expect(times, where).toBeLessThanOrEqual(1);
      if (outcome.status === 'ok' && outcome.result.type === 'Written') expect(times, where).toBe(1);
      if (outcome.status === 'fail') expect(times, where).toBe(0);
      expect(outcome.elapsedUs, where).toBeLessThanOrEqual(timeouts.get(id) ?? 0);
      if (outcome.status === 'fail' && ['Timeout', 'NotEnoughReplicas'].includes(outcome.code)) {
        expect(outcome.elapsedUs, where).toBe(timeouts.get(id));
      }
      const ending = outcome.status === 'unknown' ? `unknown, applied ${times}` : outcome.status;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
  }
  // A run in which one of these hardly happens would show nothing.
  for (const ending of ['ok', 'fail', 'unknown, applied 0', 'unknown, applied 1']) {
    expect(endings.get(ending) ?? 0, ending).toBeGreaterThan(SEEDS / 4);
  }
});

test('same seed, same run', () => {
  const run = () => {
    const cluster = new LossyCluster(5);
    for (let id = 1; id <= 20; id++) cluster.invokeAt(id * 100 * MS, id, put('k', `v${id}`), 1000 * MS, undefined);
    cluster.run(9000 * MS);
    return [...cluster.outcomes];
  };
  expect(run()).toEqual(run());
});
