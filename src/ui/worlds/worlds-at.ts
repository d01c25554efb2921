import type { Micros, NodeId } from '../../core/base/ids.ts';
import type { EventualOperation, Operation, Outcome } from '../../core/client/operation.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';

type Stamp = Extract<TraceEvent, { type: 'RowApplied' }>['held'][number];

export type World = 'strong' | 'eventual';

/** An operation of the key, and what its client was told. */
export interface AskedHere {
  readonly id: number;
  readonly client: string;
  readonly world: World;
  readonly verb: 'PUT' | 'GET' | 'DELETE';
  /** What a PUT writes. */
  readonly value: string | undefined;
  readonly askedUs: Micros;
  /** Undefined: under way. */
  readonly outcome: Outcome | undefined;
  readonly answeredUs: Micros;
  /** Places in the order of events, which is the real-time order; NaN: not yet. */
  readonly begun: number;
  readonly ended: number;
}

/** What both keyspaces have made of the script, at a moment. */
export interface WorldsNow {
  readonly asked: readonly AskedHere[];
  /** Versions that each replica of the eventual keyspace holds, latest first: values where their writes are known, else their stamps. */
  readonly held: ReadonlyMap<NodeId, readonly string[]>;
  /** Hints for the key that nodes keep for others, by keeper. */
  readonly hints: ReadonlyMap<NodeId, number>;
}

const stampKey = ({ wallUs, logical, node }: Stamp): string => `${wallUs} ${logical} ${node}`;

const isEventual = (operation: Operation): operation is EventualOperation =>
  operation.type === 'EventualWrite' || operation.type === 'EventualRead';

/** Told of what nodes and clients reported from `fromUs` to `untilUs`, and of nothing else. */
export function worldsAt(
  events: readonly TraceEvent[],
  { key, fromUs, untilUs }: { readonly key: string; readonly fromUs: Micros; readonly untilUs: Micros },
): WorldsNow {
  const asked = new Map<number, AskedHere>();
  const requests = new Map<string, number>();
  const written = new Map<string, string>();
  const stamps = new Map<NodeId, readonly Stamp[]>();
  const hints = new Map<string, { readonly keeper: NodeId; readonly count: number }>();
  const isKey = (bytes: Uint8Array) => decodeKey(bytes) === key;
  for (const [place, event] of events.entries()) {
    if (event.timeUs < fromUs || event.timeUs > untilUs) continue;
    switch (event.type) {
      case 'OperationInvoked': {
        const { id, clientName: client, operation, timeUs: askedUs } = event;
        const told = wordsOf(operation);
        if (told === undefined || !isKey(told.key)) break;
        const world = isEventual(operation) ? 'eventual' : 'strong';
        const { verb, value } = told;
        const open = { outcome: undefined, answeredUs: Number.NaN, begun: place, ended: Number.NaN };
        asked.set(id, { id, client, world, verb, value, askedUs, ...open });
        break;
      }
      case 'OperationCompleted': {
        const { id, outcome, timeUs: answeredUs } = event;
        const known = asked.get(id);
        if (known === undefined) break;
        asked.set(id, { ...known, outcome, answeredUs, ended: place });
        // At full speed requests are not told: then the answer says which stamp the value has.
        if (outcome.status === 'ok' && outcome.result.type === 'EventualWritten')
          written.set(stampKey(outcome.result.stamp), shownValue(known.value));
        break;
      }
      case 'RequestSent':
        requests.set(`${event.client} ${event.requestId}`, event.operation);
        break;
      case 'EventualWriteStarted': {
        const operation = asked.get(requests.get(`${event.client} ${event.requestId}`) ?? -1);
        if (operation !== undefined) written.set(stampKey(event.stamp), shownValue(operation.value));
        break;
      }
      case 'RowApplied':
        if (isKey(event.key)) stamps.set(event.node, event.held);
        break;
      case 'HintStored':
      case 'HintDelivered': {
        if (!isKey(event.key)) break;
        const place = `${event.node} ${event.home}`;
        // One hint a home: a newer version of the key is merged into it.
        hints.set(place, { keeper: event.node, count: event.type === 'HintStored' ? 1 : 0 });
        break;
      }
      default:
    }
  }
  const keepers = new Map<NodeId, number>();
  for (const { keeper, count } of hints.values())
    if (count > 0) keepers.set(keeper, (keepers.get(keeper) ?? 0) + count);
  const held = [...stamps].map(
    ([node, each]) => [node, each.map((stamp) => written.get(stampKey(stamp)) ?? '?')] as const,
  );
  return { asked: [...asked.values()], held: new Map(held), hints: keepers };
}

const shownValue = (value: string | undefined): string => (value === undefined ? 'deleted' : `"${value}"`);

function wordsOf(operation: Operation) {
  switch (operation.type) {
    case 'Put':
      return { verb: 'PUT', key: operation.key, value: decodeKey(operation.value) } as const;
    case 'EventualWrite': {
      const { key, value } = operation;
      if (value === undefined) return { verb: 'DELETE', key, value } as const;
      return { verb: 'PUT', key, value: decodeKey(value) } as const;
    }
    case 'Get':
    case 'EventualRead':
      return { verb: 'GET', key: operation.key, value: undefined } as const;
    case 'Delete':
      return { verb: 'DELETE', key: operation.key, value: undefined } as const;
    default:
      return undefined;
  }
}
