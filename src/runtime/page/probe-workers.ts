import { WORKER_LOAD_PATIENCE_MS } from '../protocol/limits.ts';
import { CONDUCTOR_WORKER_NAME } from '../protocol/names.ts';
import { describeFailure } from './describe-failure.ts';
import type { MakeWorker, WorkerWay } from './worker-ways.ts';

/** What nodes of this page can be. `reason`: why it is nothing better; empty for `workers`. */
export type WorkersFound =
  | { readonly kind: WorkerWay['kind']; readonly reason: string; readonly make: MakeWorker; readonly conductor: Worker }
  | { readonly kind: 'in process'; readonly reason: string };

/**
 * Takes the first way in which the conductor's worker really starts: what a browser says that it can do and what a frame's sandbox and the
 * page's policies let it do are two things. `policy` is told of violations of the Content-Security-Policy: the document.
 */
export async function probeWorkers(ways: readonly WorkerWay[], policy: EventTarget): Promise<WorkersFound> {
  const reasons: string[] = [];
  for (const way of ways) {
    const forbidden = watchPolicy(policy);
    try {
      const make = await way.prepare();
      const conductor = make(CONDUCTOR_WORKER_NAME);
      const failure = await failureOf(conductor);
      if (failure === undefined) return { kind: way.kind, reason: reasons.join('; '), make, conductor };
      conductor.terminate();
      reasons.push(reasonOf(way, forbidden.directive(), failure));
    } catch (error) {
      reasons.push(reasonOf(way, forbidden.directive(), String(error)));
    } finally {
      forbidden.stop();
    }
  }
  return { kind: 'in process', reason: reasons.join('; ') };
}

const DENIED: Readonly<Record<WorkerWay['kind'], string>> = {
  workers: 'workers from an address are denied',
  'inline workers': 'inline workers are denied',
};

/** The most telling of what is known; without the full stop that browsers end a message with. */
const reasonOf = (way: WorkerWay, policy: string | undefined, failure: string): string =>
  `${DENIED[way.kind]}: ${(policy ?? way.whyDenied() ?? failure).replace(/\.$/, '')}`;

/** Resolves to undefined when the worker's script runs, else to why it does not: the first call over Comlink would wait for ever. */
async function failureOf(worker: Worker): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve) => {
      const seconds = WORKER_LOAD_PATIENCE_MS / 1000;
      timer = setTimeout(() => resolve(`the worker did not start within ${seconds} s`), WORKER_LOAD_PATIENCE_MS);
      worker.addEventListener('message', () => resolve(undefined), { once: true });
      worker.addEventListener('error', (event) => resolve(describeFailure(event)), { once: true });
    });
  } finally {
    clearTimeout(timer);
  }
}

interface PolicyWatch {
  /** Which directive was violated since, in words; undefined if none. */
  directive(): string | undefined;
  stop(): void;
}

/** A worker that a policy forbids fails without a word; the policy's own event names the directive, and comes first. */
function watchPolicy(policy: EventTarget): PolicyWatch {
  let violated: string | undefined;
  const listener = (event: Event): void => {
    const { effectiveDirective } = event as SecurityPolicyViolationEvent;
    // A picture that the policy forbids at the same time says nothing of workers.
    if (!/^(worker|child|script|connect|default)-src/.test(effectiveDirective)) return;
    violated ??= `the page's Content-Security-Policy forbids it (${effectiveDirective})`;
  };
  policy.addEventListener('securitypolicyviolation', listener);
  return {
    directive: () => violated,
    stop: () => policy.removeEventListener('securitypolicyviolation', listener),
  };
}
