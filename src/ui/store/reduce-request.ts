import type { ClientActorId } from '../../core/base/ids.ts';
import { isLogged } from '../../core/cluster/describe.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { REQUESTS_KEPT, type RequestView } from './view-model.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { type: T }>;

/** Which request became which log entry, what the leader answered, and what the client was told in the end. */
export function reduceRequest(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'RequestProposed':
      proposed(draft, event);
      return;
    case 'RequestAnswered':
      answered(draft, event);
      return;
    case 'OperationCompleted':
      told(draft, event);
      return;
    default:
  }
}

function proposed(draft: Draft, event: Of<'RequestProposed'>): void {
  const { node, timeUs, requestId, shard } = event;
  const requests = draft.requests(shard);
  const { at, request } = requestOf(requests, event);
  // A later attempt of the same write: the client waits for this one's answer.
  const before = request.proposed ?? { node, timeUs, client: event.client as ClientActorId };
  put(requests, at, { ...request, proposed: { ...before, requestId } });
}

function answered(draft: Draft, { shard, client, requestId, outcome, timeUs }: Of<'RequestAnswered'>): void {
  const requests = draft.view.requests.get(shard) ?? [];
  const at = requests.findLastIndex(
    (request) => request.proposed?.client === client && request.proposed.requestId === requestId,
  );
  const before = requests[at];
  if (before !== undefined) draft.requests(shard)[at] = { ...before, answer: { timeUs, type: outcome } };
}

function told(draft: Draft, { id, client, outcome, timeUs }: Of<'OperationCompleted'>): void {
  const writes = outcome.status === 'ok' && isLogged(outcome.result);
  const operation = draft.view.operations.get(id);
  if (!writes || operation === undefined) return;
  const requests = draft.requests(outcome.shard);
  const { at, request } = requestOf(requests, outcome);
  put(requests, at, { ...request, told: { timeUs, client, text: operation.text, outcome } });
}

/** What is known so far of the request behind an entry, and where it stands; −1: nothing was. */
function requestOf(
  requests: readonly RequestView[],
  { index, term }: { readonly index: number; readonly term: number },
): { readonly at: number; readonly request: RequestView } {
  const at = requests.findLastIndex((candidate) => candidate.index === index && candidate.term === term);
  return { at, request: requests[at] ?? { index, term, proposed: undefined, answer: undefined, told: undefined } };
}

function put(requests: RequestView[], at: number, request: RequestView): void {
  if (at >= 0) requests[at] = request;
  else requests.push(request);
  if (requests.length > REQUESTS_KEPT) requests.shift();
}
