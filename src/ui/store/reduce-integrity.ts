import type { NodeId, ShardId } from '../../core/base/ids.ts';
import type { Draft } from './draft.ts';
import {
  EMPTY_INTEGRITY,
  type IntegrityView,
  type LevelView,
  type ReplicaIntegrityView,
  type SyncView,
  TREES_KEPT,
  WALKS_KEPT,
  type WalkView,
} from './integrity-view.ts';
import type { RareEvent } from './late-words.ts';

type Of<T extends RareEvent['type']> = Extract<RareEvent, { readonly type: T }>;
type Change = Partial<IntegrityView>;

/** Checks, walks down two trees, and what became of the replicas. With the words of what is rare: no run begins with any of it. */
export function reduceIntegrity(draft: Draft, event: RareEvent): void {
  if (event.type === 'NodeKilled' || event.type === 'NodeCrashed') stopWalks(draft, event.node);
  if (!('shard' in event) || event.shard === undefined || !('node' in event)) return;
  const before = integrityOf(draft, event.shard);
  const change = changeOf(before, event);
  if (change !== undefined) draft.setIntegrity(event.shard, { ...before, ...change });
}

const integrityOf = (draft: Draft, shard: ShardId): IntegrityView => draft.view.integrity.get(shard) ?? EMPTY_INTEGRITY;

function changeOf(before: IntegrityView, event: RareEvent): Change | undefined {
  switch (event.type) {
    case 'CheckStarted': {
      const { node: leader, index, timeUs: startedUs } = event;
      const nothing = { endedUs: undefined, verdict: undefined, roots: [], damaged: [], missing: [] };
      return { check: { leader, index, startedUs, ...nothing } };
    }
    case 'CheckCompleted': {
      const { node: leader, index, timeUs: endedUs, verdict, roots, damaged, missing } = event;
      const startedUs = before.check?.index === index ? before.check.startedUs : endedUs;
      return { check: { leader, index, startedUs, endedUs, verdict, roots, damaged, missing } };
    }
    case 'MerkleTreeBuilt': {
      const { node, index, rows, bytes } = event;
      return { trees: [...before.trees.slice(1 - TREES_KEPT), { node, index, rows, bytes }] };
    }
    case 'RepairStarted':
      return { walks: [...before.walks.slice(1 - WALKS_KEPT), begun(event)], ...standing(before, event, 'repairing') };
    case 'MerkleWalked':
      return changeWalk(before, event, (walk) => walked(walk, event));
    case 'SyncStarted': {
      const { node, peer: from, timeUs: startedUs, reason } = event;
      const sync = { ...NEW_SYNC, reason };
      const walk: WalkView = { ...NEW_WALK, keyspace: 'eventual', node, from, index: 0, startedUs, sync };
      return { walks: [...before.walks.slice(1 - WALKS_KEPT), walk] };
    }
    case 'SyncCompared':
      return changeWalk(before, { node: event.node, index: 0 }, (walk) => synced(walk, event));
    case 'SyncEnded': {
      const { node, timeUs: endedUs, outcome, hashes, keys, sent, taken, refused, keysHeld } = event;
      const ended = { endedUs, outcome, hashes, keys };
      const change = changeWalk(before, { node, index: 0 }, (walk) => ({
        ...syncWith(walk, { sent, taken, refused, keysHeld }),
        ...ended,
      }));
      return keepNews(change, node);
    }
    case 'SyncExchanged':
      return changeWalk(before, { node: event.node, index: 0 }, (walk) => {
        const { sent = 0, taken = 0, refused = 0, rows = [] } = walk.sync ?? {};
        return syncWith(walk, {
          sent: sent + event.sent,
          taken: taken + event.taken,
          refused: refused + event.refused,
          rows: [...rows, ...event.rows],
        });
      });
    case 'RowsReplaced':
      return changeWalk(before, event, (walk) => ({
        ...walk,
        rows: event.rows,
        differing: walk.differing + event.differing,
        equal: walk.equal + event.equal,
      }));
    case 'RepairAbandoned': {
      const ended = { endedUs: event.timeUs, outcome: event.reason };
      return {
        ...changeWalk(before, event, (walk) => ({ ...walk, ...ended })),
        ...standing(before, event, 'quarantined'),
      };
    }
    case 'ReplicaRepaired': {
      const ended = { endedUs: event.timeUs, outcome: event.by };
      return {
        ...changeWalk(before, event, (walk) => ({ ...walk, ...ended })),
        ...cured(before, event, CURES[event.by]),
      };
    }
    case 'ReplicaQuarantined': {
      const cause = `behind entry ${event.index} its root was ${event.found}, a majority’s ${event.expected}`;
      return standing(before, event, 'quarantined', cause);
    }
    case 'ReplicaDamaged':
      return standing(before, event, 'damaged', 'a block of its rows cannot be read');
    case 'ReplicaRebuilt':
      return cured(before, event, 'rebuilt by a snapshot');
    case 'ReplicaRecovered':
      return event.isQuarantined === true
        ? standing(before, event, 'quarantined', 'it was when it went down')
        : standing(before, event, 'damaged', 'what it says of itself on its disk cannot be read');
    case 'RowDamaged':
      return event.damage === 'absent' ? undefined : { tampered: event.key };
    case 'ReplicaCreated':
    case 'ReplicaDropped': {
      const replicas = new Map(before.replicas);
      return replicas.delete(event.node) ? { replicas } : undefined;
    }
    default:
      return undefined;
  }
}

const CURES: Record<Of<'ReplicaRepaired'>['by'], string> = {
  walk: 'repaired by the leaves that differed',
  'all rows': 'repaired by all rows of its leader',
  snapshot: 'replaced by a snapshot',
};

function begun({ node, from, index, timeUs: startedUs }: Of<'RepairStarted'>): WalkView {
  return { ...NEW_WALK, keyspace: 'strong', node, from, index, startedUs };
}

const NEW_WALK = {
  ...{ endedUs: undefined, outcome: undefined },
  ...{ levels: [], hashes: 0, keys: 0, bytes: 0, rows: [], differing: 0, equal: 0 },
} as const;

const NEW_SYNC = {
  ...{ keysHeld: undefined, keysThere: undefined },
  ...{ tries: 0, sent: 0, taken: 0, refused: 0, rows: [] },
} as const;

const syncWith = (walk: WalkView, change: Partial<SyncView>): WalkView =>
  walk.sync === undefined ? walk : { ...walk, sync: { ...walk.sync, ...change } };

function synced(walk: WalkView, event: Of<'SyncCompared'>): WalkView {
  const { level: asked, timeUs, differing, count, own, theirs, keysHeld, keysThere } = event;
  if (asked === 'rows') return { ...walk, keys: walk.keys + count };
  const nodes = asked === 'leaves' ? (walk.levels.at(-1)?.differing ?? []).filter((node) => node < FAN_OUT) : [];
  const level: LevelView = { asked, timeUs, nodes, own, theirs, differing };
  const levels = asked === 'root' ? [level] : [...walk.levels, level];
  const tries = (walk.sync?.tries ?? 0) + (asked === 'root' ? 1 : 0);
  return syncWith({ ...walk, levels, hashes: walk.hashes + count }, { keysHeld, keysThere, tries });
}

/** By the clock syncs come again and again: of those of one node that found nothing, the last stays, and none where nothing is held. */
function keepNews(change: Change | undefined, node: NodeId): Change | undefined {
  const last = change?.walks?.findLast((walk) => walk.node === node && walk.keyspace === 'eventual');
  if (last?.outcome !== 'equal') return change;
  const isSame = (walk: WalkView): boolean =>
    walk.keyspace === 'eventual' && walk.outcome === 'equal' && walk.node === node;
  const isEmpty = last.sync?.keysHeld === 0;
  return { walks: change?.walks?.filter((walk) => (walk === last && !isEmpty) || !isSame(walk)) ?? [] };
}

function walked(walk: WalkView, event: Of<'MerkleWalked'>): WalkView {
  const { asked, timeUs, own, theirs, differing, count } = event;
  const bytes = walk.bytes + event.bytes;
  if (asked === 'rows') return { ...walk, keys: walk.keys + count, bytes };
  const above = walk.levels.at(-1);
  // The leaves of the node above them all stand for rows that have no token: there is one, which is not asked for.
  const nodes = asked === 'leaves' ? (above?.differing ?? []).slice(0, own.length / FAN_OUT) : [];
  const level: LevelView = { asked, timeUs, nodes, own, theirs, differing };
  // A second try begins anew: what stands of the first would be under hashes that are no more.
  const levels = asked === 'root' ? [level] : [...walk.levels, level];
  return { ...walk, levels, hashes: walk.hashes + count, bytes };
}

const FAN_OUT = 32;

/** Of the walk that this node is on, at this entry. */
function changeWalk(
  { walks }: IntegrityView,
  { node, index }: { readonly node: NodeId; readonly index: number },
  by: (walk: WalkView) => WalkView,
): Change | undefined {
  const at = walks.findLastIndex((walk) => walk.node === node && walk.index === index && walk.endedUs === undefined);
  const walk = walks[at];
  return walk === undefined ? undefined : { walks: walks.with(at, by(walk)) };
}

function standing(
  { replicas }: IntegrityView,
  { node, timeUs }: { readonly node: NodeId; readonly timeUs: number },
  state: ReplicaIntegrityView['state'],
  cause?: string,
): Change {
  const before = replicas.get(node);
  const found = cause === undefined ? before : { cause, foundUs: timeUs };
  const next = { state, sinceUs: timeUs, foundUs: found?.foundUs ?? timeUs, cause: found?.cause ?? '', cure: '' };
  return { replicas: new Map(replicas).set(node, next) };
}

function cured(
  { replicas }: IntegrityView,
  { node, timeUs: sinceUs }: { readonly node: NodeId; readonly timeUs: number },
  cure: string,
): Change {
  const { foundUs = sinceUs, cause = '' } = replicas.get(node) ?? {};
  return { replicas: new Map(replicas).set(node, { state: 'sound', sinceUs, foundUs, cause, cure }) };
}

/** Nobody goes on with what a process that is gone was about to do. */
function stopWalks(draft: Draft, node: NodeId): void {
  const { timeUs: endedUs } = draft.view;
  for (const [shard, integrity] of draft.view.integrity) {
    const isHere = (walk: WalkView): boolean => walk.node === node && walk.endedUs === undefined;
    if (!integrity.walks.some(isHere)) continue;
    const walks = integrity.walks.map(
      (walk): WalkView => (isHere(walk) ? { ...walk, endedUs, outcome: 'stopped' } : walk),
    );
    draft.setIntegrity(shard, { ...integrity, walks });
  }
}
