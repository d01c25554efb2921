import type { Micros, NodeId, ShardId } from '../../core/base/ids.ts';
import type { EventualOperation, Operation, Outcome } from '../../core/client/operation.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { ComparedRoots } from './compared-roots.ts';

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

/** What happened to the network, or was ordered, between the operations. */
export interface Mark {
  readonly does: 'cut' | 'heal' | 'repair';
  readonly place: number;
}

/** A version of the key in the eventual keyspace. */
export interface Version {
  readonly stamp: Stamp;
  /** Its value where its write is known, else `?`. */
  readonly text: string;
}

/** What both keyspaces have made of the script, at a moment. */
export interface WorldsNow {
  readonly asked: readonly AskedHere[];
  readonly marks: readonly Mark[];
  /** Versions that each replica of the eventual keyspace holds, latest first. */
  readonly held: ReadonlyMap<NodeId, readonly Version[]>;
  /** Versions that the coordinator of a later write held, by `stampId`: whoever replaced them had them before its eyes. */
  readonly seen: ReadonlySet<string>;
  /** Hints for the key that nodes keep for others, by keeper. */
  readonly hints: ReadonlyMap<NodeId, number>;
  /** Homes of the shard, each group of one Merkle root as far as comparisons have told since their last change. */
  readonly alike: readonly (readonly NodeId[])[];
}

export const stampId = ({ wallUs, logical, node }: Stamp): string => `${wallUs} ${logical} ${node}`;

/** As the replicas order versions: wall time, then the logical part, then the node. */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.wallUs - b.wallUs || a.logical - b.logical || a.node - b.node;

const isEventual = (operation: Operation): operation is EventualOperation =>
  operation.type === 'EventualWrite' || operation.type === 'EventualRead';

export interface Watched {
  readonly key: string;
  readonly shard: ShardId;
  readonly homes: readonly NodeId[];
  readonly fromUs: Micros;
  readonly untilUs: Micros;
}

const MARKS: Readonly<Record<string, Mark['does']>> = { Partition: 'cut', Heal: 'heal', Check: 'repair' };

/** Told of what nodes and clients reported from `fromUs` to `untilUs`, and of nothing else. */
export function worldsAt(events: readonly TraceEvent[], watched: Watched): WorldsNow {
  const { key, shard, homes, fromUs, untilUs } = watched;
  const asked = new Map<number, AskedHere>();
  const requests = new Map<string, number>();
  const written = new Map<string, string>();
  const rows = new Map<NodeId, readonly Stamp[]>();
  /** What each held before that. */
  const before = new Map<NodeId, readonly Stamp[]>();
  const seen = new Set<string>();
  const hints = new Map<string, { readonly keeper: NodeId; readonly count: number }>();
  const marks: Mark[] = [];
  const roots = new ComparedRoots(shard);
  const isKey = (bytes: Uint8Array) => decodeKey(bytes) === key;
  for (const [place, event] of events.entries()) {
    if (event.timeUs < fromUs || event.timeUs > untilUs) continue;
    for (const pair of roots.take(event)) alignRows(rows, pair);
    switch (event.type) {
      case 'ActionTaken': {
        const does = MARKS[event.action.type];
        if (does !== undefined && !('shard' in event.action && event.action.shard !== shard))
          marks.push({ does, place });
        break;
      }
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
          written.set(stampId(outcome.result.stamp), shownValue(known.value));
        break;
      }
      case 'RequestSent':
        requests.set(`${event.client} ${event.requestId}`, event.operation);
        break;
      case 'EventualWriteStarted': {
        if (!isKey(event.key)) break;
        const id = stampId(event.stamp);
        const operation = asked.get(requests.get(`${event.client} ${event.requestId}`) ?? -1);
        if (operation !== undefined) written.set(id, shownValue(operation.value));
        // As a home it has applied its own write by now.
        const held = rows.get(event.node) ?? [];
        const own = held.some((stamp) => stampId(stamp) === id) ? (before.get(event.node) ?? []) : held;
        for (const stamp of own) seen.add(stampId(stamp));
        break;
      }
      case 'RowApplied':
        if (!isKey(event.key)) break;
        before.set(event.node, rows.get(event.node) ?? []);
        rows.set(event.node, event.held);
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
  const versions = (stamps: readonly Stamp[]) =>
    stamps.map((stamp) => ({ stamp, text: written.get(stampId(stamp)) ?? '?' }));
  const held = new Map([...rows].map(([node, stamps]) => [node, versions(stamps)] as const));
  return { asked: [...asked.values()], marks, held, seen, hints: keepers, alike: roots.groups(homes) };
}

/** Two replicas with one root hold the same of every key, also where a sync brought a row of which no event tells. */
function alignRows(rows: Map<NodeId, readonly Stamp[]>, [a, b]: readonly [NodeId, NodeId]): void {
  const latest = [rows.get(a) ?? [], rows.get(b) ?? []].sort((x, y) => {
    if (x[0] === undefined || y[0] === undefined) return y.length - x.length;
    return compareStamps(y[0], x[0]);
  })[0];
  if (latest === undefined || latest.length === 0) return;
  rows.set(a, latest);
  rows.set(b, latest);
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
