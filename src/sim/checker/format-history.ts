import type { HistoryOperation, Value } from './operation.ts';

interface Placed {
  readonly place: number;
  readonly line: object;
}

/** The file that `parseHistory` reads, model `kv`: a line an invocation or completion, in their order. What stays open is unknown. */
export function formatHistory(operations: readonly HistoryOperation[]): string {
  const lines = operations.flatMap((operation) => [invocation(operation), ...completion(operation)]);
  lines.sort((a, b) => a.place - b.place);
  return lines.map(({ line }) => `${JSON.stringify(line)}\n`).join('');
}

function invocation(operation: HistoryOperation): Placed {
  const { process, kind: f, key, invoked, invokedNs: time } = operation;
  return {
    place: invoked,
    line: { process, type: 'invoke', f, key, value: asked(operation), time, ...lasting(operation) },
  };
}

function completion(operation: HistoryOperation): readonly Placed[] {
  const { process, kind: f, key, status, swapped, answered, completed, completedNs: time } = operation;
  if (status === 'unknown') return [];
  const ended = { process, type: status, f, key, value: asked(operation), time };
  if (status === 'fail') return [{ place: completed, line: ended }];
  if (f === 'read') return [{ place: completed, line: { ...ended, value: json(answered ?? null) } }];
  if (f !== 'cas' || swapped) return [{ place: completed, line: ended }];
  const met = answered === undefined ? {} : { actual: json(answered) };
  return [{ place: completed, line: { ...ended, swapped, ...met } }];
}

const asked = ({ kind, expected, written }: HistoryOperation): unknown =>
  kind === 'cas' ? [json(expected), json(written)] : json(written);

function lasting({ expiry }: HistoryOperation): object {
  if (expiry === undefined) return {};
  const { ttlNs, fromNs, byNs } = expiry;
  return { ttlMs: ttlNs / 1e6, goneNs: [fromNs, byNs === Number.POSITIVE_INFINITY ? null : byNs] };
}

const json = (value: Value): unknown => (value === null ? null : JSON.parse(value));
