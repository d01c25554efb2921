import { must } from '../../../base/assert.ts';
import { NO_BREAKS } from '../../../base/breaks.ts';
import { FIRST_CLIENT, type Micros, type NodeId, nodeId, type ShardId, shardId } from '../../../base/ids.ts';
import { createRandomStream } from '../../../base/random.ts';
import { decodeUtf8, encodeUtf8 } from '../../../base/utf8.ts';
import { NO_ROW, type Row } from '../../../replication/row.ts';
import type { Stamp } from '../../../replication/stamp.ts';
import { EMPTY_VECTOR, type VersionVector } from '../../../replication/version-vector.ts';
import { decodeEnvelope, encodeEnvelope } from '../../codec.ts';
import type { EventualEvent } from '../eventual-event.ts';
import { EventualHost } from '../eventual-host.ts';
import type { EventualBody, EventualMessage, EventualReply } from '../eventual-message.ts';
import {
  type EventualLimits,
  type EventualSettings,
  type EventualWorld,
  eventualLimits,
  type ShardPlacement,
} from '../eventual-world.ts';
import type { SyncSurroundings } from '../hosted-sync.ts';
import { emptyRowsDisk, MemoryRows } from './memory-rows.ts';

export const MS = 1000;
export const S0 = shardId(0);
const LINK_US = MS;
const SYNC_US = 500;

interface Due {
  readonly atUs: Micros;
  readonly order: number;
  readonly run: () => void;
}

export class EventualMember implements EventualWorld {
  readonly id: NodeId;
  readonly disk = emptyRowsDisk();
  readonly events: EventualEvent[] = [];
  epoch = 0;
  nowUs: Micros = 0;
  wallUs: Micros = 0;
  suspects: readonly NodeId[] = [];
  readonly limits: EventualLimits;
  rows: MemoryRows = new MemoryRows(this.disk, new Map());
  host: EventualHost | undefined;
  onOwn: (message: EventualMessage) => void = () => {};
  /** Nothing becomes durable until a test lets it. */
  holdsSyncs = false;
  private readonly cluster: EventualCluster;

  constructor(id: NodeId, cluster: EventualCluster, limits: EventualLimits) {
    this.id = id;
    this.cluster = cluster;
    this.limits = limits;
  }

  get placementVersion(): number {
    return this.cluster.placementVersion;
  }

  shardOfKey(): ShardId {
    return S0;
  }

  placement(): ShardPlacement {
    return this.cluster.placement;
  }

  send(to: NodeId, message: EventualMessage): void {
    if (to === this.id) this.onOwn(message);
    else this.cluster.deliver(this.id, to, message);
  }

  answer(_client: number, requestId: number, _shard: ShardId, reply: EventualReply): void {
    this.cluster.answered(requestId, reply);
  }

  event(event: EventualEvent): void {
    this.events.push(event);
  }
}

/** Hosts of the eventual keyspace without the nodes around them: one shard, n1 … n3 its homes, manual time, and everything through the codec. */
export class EventualCluster {
  readonly members = new Map<NodeId, EventualMember>();
  readonly replies = new Map<number, EventualReply>();
  readonly sent: { readonly from: NodeId; readonly to: NodeId; readonly message: EventualMessage }[] = [];
  placement: ShardPlacement;
  placementVersion = 0;
  nowUs: Micros = 0;
  /** What arrives of a message: once, not at all, or more often. */
  onWire: (message: EventualMessage, from: NodeId, to: NodeId) => readonly EventualMessage[] = (message) => [message];
  readonly wallOffsetsUs = new Map<NodeId, Micros>();
  private readonly settings: EventualSettings;
  private readonly cut = new Set<NodeId>();
  private due: Due[] = [];
  private order = 0;
  private requests = 0;

  constructor(
    options: { nodes?: number; settings?: Partial<EventualSettings>; limits?: Partial<EventualLimits> } = {},
  ) {
    const nodes = Array.from({ length: options.nodes ?? 5 }, (_, i) => nodeId(i + 1));
    this.settings = { conflicts: 'lww', clock: 'hybrid', ...options.settings };
    this.placement = { homes: nodes.slice(0, 3), joiners: [], retired: [], fallbacks: nodes.slice(3) };
    for (const id of nodes) {
      this.members.set(id, new EventualMember(id, this, { ...eventualLimits(50 * MS), ...options.limits }));
      this.revive(id);
    }
  }

  at(id: number): EventualMember {
    return must(this.members.get(nodeId(id)), `n${id}`);
  }

  host(id: number): EventualHost {
    return must(this.at(id).host, `n${id} runs`);
  }

  /** Everything that is not durable is gone. */
  kill(id: number): void {
    this.at(id).host = undefined;
  }

  revive(id: number): void {
    const member = this.at(id);
    member.epoch++;
    this.setClock(member);
    const isHome = this.placement.homes.includes(member.id);
    member.rows = new MemoryRows(member.disk, new Map(isHome ? [[S0, 'complete']] : []));
    member.holdsSyncs = false;
    // Syncs are by order alone, and nobody orders any.
    const around: SyncSurroundings = {
      blocks: { run: () => {} },
      random: createRandomStream(1, 'sync', `n${id}`, member.epoch),
      heartbeatIntervalUs: 50 * MS,
      electionTimeoutUsMax: 300 * MS,
      checkIntervalUs: 0,
      breaks: NO_BREAKS,
      syncPlacement: () => ({
        ...{ ...this.placement, members: this.placement.homes, blank: [], leavers: [] },
        ...{ epoch: 1, isMoving: false, nextReplicaId: 1 },
      }),
      report: () => {},
    };
    member.host = new EventualHost(member, around, member.rows, this.settings);
    this.after(member);
  }

  /** These reach nobody but each other. */
  part(ids: readonly number[]): void {
    for (const id of ids) this.cut.add(nodeId(id));
  }

  heal(): void {
    this.cut.clear();
    for (const member of this.members.values()) member.suspects = [];
  }

  suspect(who: number, whom: readonly number[]): void {
    this.at(who).suspects = whom.map(nodeId);
  }

  run(forUs: Micros): void {
    const endUs = this.nowUs + forUs;
    for (;;) {
      const next = this.due.reduce<Due | undefined>(
        (first, each) =>
          first === undefined || each.atUs < first.atUs || (each.atUs === first.atUs && each.order < first.order)
            ? each
            : first,
        undefined,
      );
      if (next === undefined || next.atUs > endUs) break;
      this.due = this.due.filter((each) => each !== next);
      this.nowUs = next.atUs;
      next.run();
    }
    this.nowUs = endUs;
  }

  ask(via: number, body: EventualBody): number {
    const requestId = ++this.requests;
    const [request] = decodeEnvelope(
      encodeEnvelope([{ type: 'ClientRequest', requestId, shard: S0, ringEpoch: 1, body }]),
    );
    this.schedule(LINK_US, () => {
      const member = this.at(via);
      if (member.host === undefined || request?.type !== 'ClientRequest') return;
      this.setClock(member);
      member.host.request({ client: FIRST_CLIENT, requestId, shard: S0 }, request.body as EventualBody);
      this.after(member);
    });
    return requestId;
  }

  /** Runs until the answer is there. */
  call(via: number, body: EventualBody): EventualReply {
    const requestId = this.ask(via, body);
    for (let i = 0; i < 5000 && !this.replies.has(requestId); i++) this.run(MS);
    return must(this.replies.get(requestId), 'an answer within five seconds');
  }

  receive(to: NodeId, from: NodeId, message: EventualMessage): void {
    const member = this.at(to);
    if (member.host === undefined) return;
    this.setClock(member);
    member.host.receive(from, message);
    this.after(member);
  }

  deliver(from: NodeId, to: NodeId, message: EventualMessage): void {
    const decoded = must(decodeEnvelope(encodeEnvelope([message]))[0], 'one') as EventualMessage;
    this.sent.push({ from, to, message: decoded });
    const arrives = this.onWire(decoded, from, to);
    this.schedule(LINK_US, () => {
      if (this.cut.has(from) !== this.cut.has(to)) return;
      for (const each of arrives) this.receive(to, from, each);
    });
  }

  answered(requestId: number, reply: EventualReply): void {
    if (this.replies.has(requestId)) throw new Error(`request ${requestId} is answered twice`);
    this.replies.set(requestId, reply);
  }

  sync(id: number, records?: number): void {
    const member = this.at(id);
    this.setClock(member);
    member.rows.sync(records);
    this.after(member);
  }

  rowOn(id: number, key = 'k'): Row {
    return this.at(id).rows.rowOf(S0, encodeUtf8(key));
  }

  /** The values of a row, `-` for a tombstone, nothing where nothing is known. */
  shown(id: number, key = 'k'): string {
    return textOf(this.rowOn(id, key));
  }

  eventsOf<T extends EventualEvent['type']>(id: number, type: T): Extract<EventualEvent, { type: T }>[] {
    return this.at(id).events.filter((event): event is Extract<EventualEvent, { type: T }> => event.type === type);
  }

  /** What a node does when it has done what it was asked: its disk and its timer. */
  private after(member: EventualMember): void {
    const { host, rows } = member;
    if (host === undefined) return;
    if (rows.unsynced.length > 0 && !member.holdsSyncs) {
      const { epoch } = member;
      const records = rows.unsynced.length;
      this.schedule(SYNC_US, () => {
        if (member.epoch === epoch && member.host !== undefined && !member.holdsSyncs)
          this.sync(member.id, Math.min(records, rows.unsynced.length));
      });
    }
    const { dueUs } = host;
    if (dueUs === Number.POSITIVE_INFINITY) return;
    this.schedule(Math.max(1, dueUs - this.nowUs), () => {
      if (member.host !== host || host.dueUs > this.nowUs) return;
      this.setClock(member);
      host.tick();
      this.after(member);
    });
  }

  private setClock(member: EventualMember): void {
    member.nowUs = this.nowUs;
    member.wallUs = 1_000_000_000 + this.nowUs + (this.wallOffsetsUs.get(member.id) ?? 0);
  }

  private schedule(afterUs: Micros, run: () => void): void {
    this.due.push({ atUs: this.nowUs + afterUs, order: this.order++, run });
  }
}

export const textOf = (row: Row): string =>
  (row ?? NO_ROW).map(({ value }) => (value === undefined ? '-' : decodeUtf8(value))).join('|');

interface WriteOptions {
  readonly key?: string;
  readonly w?: number;
  readonly sloppy?: boolean;
  readonly ttlUs?: Micros;
  readonly context?: VersionVector;
  readonly seen?: Stamp;
  readonly waitUs?: Micros;
}

/** `value` undefined: DELETE. */
export const write = (value: string | undefined, options: WriteOptions = {}): EventualBody => ({
  type: 'EventualWrite',
  key: encodeUtf8(options.key ?? 'k'),
  value: value === undefined ? undefined : encodeUtf8(value),
  ...(options.ttlUs === undefined ? {} : { ttlUs: options.ttlUs }),
  w: options.w ?? 2,
  sloppy: options.sloppy ?? true,
  context: options.context ?? EMPTY_VECTOR,
  seen: options.seen,
  waitUs: options.waitUs ?? 400 * MS,
});

export const read = (r = 2, options: { key?: string; sloppy?: boolean } = {}): EventualBody => ({
  type: 'EventualRead',
  key: encodeUtf8(options.key ?? 'k'),
  r,
  sloppy: options.sloppy ?? true,
  waitUs: 400 * MS,
});
