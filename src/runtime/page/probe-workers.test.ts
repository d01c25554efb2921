import { afterEach, describe, expect, test, vi } from 'vitest';
import { WORKER_LOAD_PATIENCE_MS } from '../protocol/limits.ts';
import { probeWorkers } from './probe-workers.ts';
import type { MakeWorker, WorkerWay } from './worker-ways.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A worker as far as a probe sees it; `lives` is what it does once it was made. */
class FakeWorker extends EventTarget {
  terminated = false;

  constructor(lives: (worker: FakeWorker) => void) {
    super();
    queueMicrotask(() => lives(this));
  }

  terminate(): void {
    this.terminated = true;
  }
}

const starts = (worker: FakeWorker): void => void worker.dispatchEvent(new Event('message'));
const failsWith =
  (properties: Partial<ErrorEvent>) =>
  (worker: FakeWorker): void =>
    void worker.dispatchEvent(Object.assign(new Event('error'), properties));

/** Ways of both kinds, in order; `made` are the workers that came of them. */
function waysOf(...makers: readonly ((kind: WorkerWay['kind']) => FakeWorker)[]) {
  const made: FakeWorker[] = [];
  const kinds = ['workers', 'inline workers'] as const;
  const ways = makers.map((make, i): WorkerWay => {
    const kind = kinds[i] ?? 'inline workers';
    return {
      kind,
      prepare: async () => () => {
        const worker = make(kind);
        made.push(worker);
        return worker as unknown as Worker;
      },
      whyDenied: () => undefined,
    };
  });
  return { ways, made };
}

const denied = (): never => {
  throw new DOMException("cannot be accessed from origin 'null'.", 'SecurityError');
};

describe('probeWorkers', () => {
  test('takes the first way that starts and tries no other', async () => {
    const second = vi.fn(() => new FakeWorker(starts));
    const { ways, made } = waysOf(() => new FakeWorker(starts), second);
    const found = await probeWorkers(ways, new EventTarget());
    expect(found).toMatchObject({ kind: 'workers', reason: '', conductor: made[0] });
    expect(second).not.toHaveBeenCalled();
    expect(made[0]?.terminated).toBe(false);
  });

  test('a page without an origin: addresses throw, text starts, and the reason is kept', async () => {
    const { ways, made } = waysOf(denied, () => new FakeWorker(starts));
    const found = await probeWorkers(ways, new EventTarget());
    expect(found).toMatchObject({ kind: 'inline workers', conductor: made[0] });
    expect(found.reason).toBe(
      "workers from an address are denied: SecurityError: cannot be accessed from origin 'null'",
    );
    const explained = ways.map((way) => ({ ...way, whyDenied: () => 'this page has no origin' }));
    expect((await probeWorkers(explained, new EventTarget())).reason).toBe(
      'workers from an address are denied: this page has no origin',
    );
  });

  test('nodes are made in the way in which the conductor was', async () => {
    const names: string[] = [];
    const make: MakeWorker = (name) => {
      names.push(name);
      return new FakeWorker(starts) as unknown as Worker;
    };
    const found = await probeWorkers(
      [{ kind: 'workers', prepare: async () => make, whyDenied: () => undefined }],
      new EventTarget(),
    );
    expect(found).toMatchObject({ make });
    expect(names).toEqual(['ringside conductor']);
  });

  test('where every way fails it is in process, with every reason; what was made is ended', async () => {
    const { ways, made } = waysOf(
      () => new FakeWorker(failsWith({ message: 'Unexpected token', filename: 'x.js', lineno: 3 })),
      () => new FakeWorker(failsWith({})),
    );
    expect(await probeWorkers(ways, new EventTarget())).toEqual({
      kind: 'in process',
      reason:
        'workers from an address are denied: Unexpected token (x.js:3); inline workers are denied: the worker could not be loaded',
    });
    expect(made.map(({ terminated }) => terminated)).toEqual([true, true]);
  });

  test('names the directive of the policy that forbids a worker, and blames it on no other way', async () => {
    const policy = new EventTarget();
    const forbid = (worker: FakeWorker): void => {
      policy.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { effectiveDirective: 'worker-src' }));
      failsWith({})(worker);
    };
    const { ways } = waysOf(
      () => new FakeWorker(forbid),
      () => new FakeWorker(failsWith({})),
    );
    expect((await probeWorkers(ways, policy)).reason).toBe(
      "workers from an address are denied: the page's Content-Security-Policy forbids it (worker-src); " +
        'inline workers are denied: the worker could not be loaded',
    );
  });

  test('a script that cannot be had is a reason like any other', async () => {
    const prepare = (): Promise<never> => Promise.reject(new Error('ringside.worker.js answers 404'));
    const way: WorkerWay = { kind: 'inline workers', prepare, whyDenied: () => undefined };
    expect(await probeWorkers([way], new EventTarget())).toEqual({
      kind: 'in process',
      reason: 'inline workers are denied: Error: ringside.worker.js answers 404',
    });
  });

  test('a worker that neither starts nor fails is given up', async () => {
    vi.useFakeTimers();
    const { ways, made } = waysOf(
      () => new FakeWorker(() => undefined),
      () => new FakeWorker(starts),
    );
    const probing = probeWorkers(ways, new EventTarget());
    await vi.advanceTimersByTimeAsync(WORKER_LOAD_PATIENCE_MS);
    expect(await probing).toMatchObject({
      kind: 'inline workers',
      reason: `workers from an address are denied: the worker did not start within ${WORKER_LOAD_PATIENCE_MS / 1000} s`,
    });
    expect(made[0]?.terminated).toBe(true);
  });
});
