import { must } from '../../../base/assert.ts';
import { NO_BREAKS } from '../../../base/breaks.ts';
import { compareBytes } from '../../../base/bytes.ts';
import { type Micros, type NodeId, nodeId, type ShardId, shardId } from '../../../base/ids.ts';
import { createRandomStream, type RandomStream } from '../../../base/random.ts';
import { decodeUtf8, encodeUtf8 } from '../../../base/utf8.ts';
import { MerkleTree } from '../../../merkle/merkle-tree.ts';
import { applyRow } from '../../../replication/apply-row.ts';
import type { Conflicts } from '../../../replication/choices.ts';
import {
  NO_LIMITS,
  type PurgeLimits,
  purgeRow,
  raiseFence,
  raiseWatermark,
} from '../../../replication/purge-limits.ts';
import { mergeRows, NO_ROW, type Row } from '../../../replication/row.ts';
import { comparedRow, type HeldRow } from '../../../replication/sync-rows.ts';
import { decodeEnvelope, encodeEnvelope } from '../../codec.ts';
import { isSyncMessage } from '../eventual-kinds.ts';
import { EventualSync } from '../eventual-sync.ts';
import type { SyncEvent } from '../sync-event.ts';
import type { SyncMessage } from '../sync-message.ts';
import type { SyncPlacement, SyncRows, SyncWorld } from '../sync-world.ts';

export const MS = 1000;
export const SHARD: ShardId = shardId(0);
const LEAVES_USED = 1024;

/** What is on a node's disk. */
interface Disk {
  rows: Map<string, Row>;
  limits: PurgeLimits;
  isIncomplete: boolean;
  isThere: boolean;
}

export const leafOf = (key: Uint8Array): number =>
  key.reduce((hash, byte) => (hash * 31 + byte) % LEAVES_USED, 7) % LEAVES_USED;

/** A node that does nothing but sync one shard; its rows are a map, and what it writes is on the disk a little later. */
export class SyncNode {
  readonly id: NodeId;
  readonly events: SyncEvent[] = [];
  hints = 0;
  /** So many rows it refuses for a reason that passes. */
  refusals = 0;
  replicaId = 0;
  treesBegun = 0;
  /** Reads that wait for a block. */
  isSlow = false;
  sync: EventualSync | undefined;
  boot = 0;
  disk: Disk = { rows: new Map(), limits: NO_LIMITS, isIncomplete: false, isThere: true };
  /** As it is in memory. */
  held: Disk = { rows: new Map(), limits: NO_LIMITS, isIncomplete: false, isThere: true };
  private readonly cluster: SyncCluster;
  private tree = new MerkleTree();
  private treeWatermarkUs: Micros = 0;

  constructor(id: NodeId, cluster: SyncCluster) {
    this.id = id;
    this.cluster = cluster;
  }

  get isUp(): boolean {
    return this.sync !== undefined;
  }

  start(): void {
    this.boot++;
    this.held = { ...this.disk, rows: new Map(this.disk.rows) };
    this.tree = new MerkleTree();
    this.sync = new EventualSync(this.world());
    if (this.held.isThere) this.sync.opened(SHARD, this.boot > 1);
  }

  /** Where `lose`: nothing is left of its rows, as after a block that cannot be read; it begins anew. */
  renew(): void {
    this.held.rows.clear();
    this.held.limits = NO_LIMITS;
    this.held.isIncomplete = true;
    this.held.isThere = true;
    this.tree.markAll();
    this.write(() => {
      this.disk = { rows: new Map(), limits: NO_LIMITS, isIncomplete: true, isThere: true };
    });
    this.sync?.begunAnew(SHARD);
  }

  /** @returns whether it was taken */
  put(key: string, row: Row, isCopy = false, done: () => void = () => {}): boolean {
    const { conflicts, rule } = this.cluster;
    const before = this.held.rows.get(key) ?? NO_ROW;
    const isOpen = isCopy || this.held.isIncomplete || rule === 'take what is old';
    const applied = applyRow(conflicts, isOpen ? NO_LIMITS : this.held.limits, before, row, undefined);
    if (applied.type !== 'Applied') return false;
    this.held.rows.set(key, applied.row);
    this.tree.mark(leafOf(encodeUtf8(key)));
    const { boot } = this;
    this.write(() => {
      this.disk.rows.set(key, mergeRows(conflicts, this.disk.rows.get(key) ?? NO_ROW, applied.row));
      if (this.boot === boot) done();
    });
    return true;
  }

  get root(): string {
    const pass = new MerkleTree().begin();
    for (const row of this.compared()) pass.add(row);
    const { root } = pass.end();
    return `${root.high}.${root.low}`;
  }

  private *compared() {
    for (const [text, row] of this.held.rows) {
      const key = encodeUtf8(text);
      const counted = comparedRow(leafOf(key), { key, row }, this.held.limits.watermarkUs);
      if (counted !== undefined) yield counted;
    }
  }

  /** On the disk a little later, if the node lives. */
  private write(what: () => void): void {
    this.cluster.after(this, 2 * MS, what);
  }

  private purge(): void {
    for (const [key, row] of this.held.rows) {
      const left = purgeRow(row, this.held.limits.watermarkUs);
      if (left.length === row.length) continue;
      if (left.length === 0) this.held.rows.delete(key);
      else this.held.rows.set(key, left);
      this.write(() => {
        if (left.length === 0) this.disk.rows.delete(key);
        else this.disk.rows.set(key, left);
      });
    }
  }

  private rows(): SyncRows {
    const node = this;
    const later = (what: () => void): void => {
      if (node.isSlow) node.cluster.after(node, 3 * MS, what);
      else what();
    };
    return {
      get replicaId() {
        return node.replicaId;
      },
      get isIncomplete() {
        return node.held.isIncomplete;
      },
      get isEmpty() {
        return node.held.rows.size === 0;
      },
      sweep: () => {},
      isPurgeable: (watermarkUs) =>
        [...node.held.rows.values()].some((row) => purgeRow(row, watermarkUs).length < row.length),
      tree: (watermarkUs, done) => {
        node.treesBegun++;
        if (watermarkUs !== node.treeWatermarkUs) node.tree.markAll();
        node.treeWatermarkUs = watermarkUs;
        const pass = node.tree.begin();
        let keys = 0;
        for (const [text, row] of node.held.rows) {
          const key = encodeUtf8(text);
          const counted = comparedRow(leafOf(key), { key, row }, watermarkUs);
          if (counted === undefined) continue;
          pass.add(counted);
          keys++;
        }
        const hashes = pass.end();
        later(() => done({ hashes, keys, scanned: node.held.rows.size }));
      },
      scan: (leaves, { after, upTo }, max, done) => {
        const all = [...node.held.rows]
          .map(([text, row]): HeldRow => ({ key: encodeUtf8(text), row }))
          .sort((a, b) => compareBytes(a.key, b.key))
          .filter(({ key }) => after === undefined || compareBytes(key, after) > 0)
          .filter(({ key }) => upTo === undefined || compareBytes(key, upTo) <= 0);
        const limit = Math.min(max.rows, node.cluster.pieceRows);
        const some = all.slice(0, limit);
        const last = all.length > limit ? must(some.at(-1), 'a piece has rows').key : undefined;
        later(() =>
          done({ rows: some.filter(({ key }) => leaves.has(leafOf(key))), scanned: some.length, upTo: last ?? upTo }),
        );
      },
      get: (key, done) => later(() => done(node.held.rows.get(decodeUtf8(key)) ?? NO_ROW)),
      leafOf,
      take: ({ key, row }, isCopy, done) => {
        const name = decodeUtf8(key);
        if (node.refusals > 0) {
          node.refusals--;
          done({ refused: 'for now' });
        } else if (!node.put(name, row, isCopy, () => done(node.held.rows.get(name) ?? NO_ROW)))
          done({ refused: 'below' });
      },
      discard: (key, watermarkUs, done) => {
        const name = decodeUtf8(key);
        const keep = (rows: Map<string, Row>): void => {
          const left = (rows.get(name) ?? NO_ROW).filter(({ stamp }) => stamp.wallUs >= watermarkUs);
          if (left.length === 0) rows.delete(name);
          else rows.set(name, left);
        };
        keep(node.held.rows);
        node.tree.mark(leafOf(key));
        node.write(() => {
          keep(node.disk.rows);
          done();
        });
      },
      complete: (limits, done) => {
        node.held.isIncomplete = false;
        node.held.limits = limits;
        node.write(() => {
          node.disk.isIncomplete = false;
          node.disk.limits = limits;
          done();
        });
      },
      forget: () => {
        node.held = { rows: new Map(), limits: NO_LIMITS, isIncomplete: false, isThere: false };
        node.write(() => {
          node.disk = { rows: new Map(), limits: NO_LIMITS, isIncomplete: false, isThere: false };
        });
      },
    };
  }

  private world(): SyncWorld {
    const { cluster, id } = this;
    const rows = this.rows();
    return {
      id,
      bootEpoch: this.boot,
      get nowUs() {
        return cluster.nowUs;
      },
      get timeUs() {
        return cluster.nowUs;
      },
      heartbeatIntervalUs: 50 * MS,
      electionTimeoutUsMax: 300 * MS,
      get checkIntervalUs() {
        return cluster.checkIntervalUs;
      },
      random: createRandomStream(cluster.seed, 'sync', `n${id}`, this.boot),
      breaks: NO_BREAKS,
      placement: () => cluster.placement,
      suspects: (other) => !cluster.at(other).isUp || cluster.isCut(id, other) || cluster.avoids(id, other),
      rows: () => (this.held.isThere ? rows : undefined),
      limits: () => this.held.limits,
      raiseLimits: (_, { fenceUs, watermarkUs }, done) => {
        if (!this.held.isIncomplete) {
          this.held.limits = raiseWatermark(raiseFence(this.held.limits, fenceUs), watermarkUs);
        }
        const { limits } = this.held;
        this.write(() => {
          this.disk.limits = limits;
          done();
        });
        this.purge();
      },
      hintsBelow: () => this.hints,
      observe: () => true,
      send: (to, message) => cluster.send(id, to, message),
      report: (event) => void this.events.push(event),
    };
  }
}

interface Scheduled {
  readonly atUs: Micros;
  readonly order: number;
  readonly run: () => void;
}

/** Nodes that sync one shard, over a network that delays, loses and doubles; what they say passes through the codec. */
export class SyncCluster {
  readonly seed: number;
  readonly nodes: readonly SyncNode[];
  placement: SyncPlacement;
  nowUs: Micros = 1_000_000;
  checkIntervalUs: Micros = 0;
  conflicts: Conflicts = 'lww';
  rule: 'take what is old' | undefined;
  /** Rows that a piece has at most. */
  pieceRows = Number.POSITIVE_INFINITY;
  loss = 0;
  /** What is not delivered. */
  drops: (from: NodeId, to: NodeId, message: SyncMessage) => boolean = () => false;
  /** Whom a node takes for dead. */
  avoids: (node: NodeId, other: NodeId) => boolean = () => false;
  readonly sent: {
    readonly from: NodeId;
    readonly to: NodeId;
    readonly message: SyncMessage;
    readonly bytes: number;
  }[] = [];
  private side = new Set<NodeId>();
  private readonly random: RandomStream;
  private queue: Scheduled[] = [];
  private order = 0;

  constructor({ nodes = 3, homes = 3, seed = 1 }: { nodes?: number; homes?: number; seed?: number } = {}) {
    this.seed = seed;
    this.random = createRandomStream(seed, 'network', 'all', 1);
    const members = Array.from({ length: nodes }, (_, i) => nodeId(i + 1));
    this.placement = {
      homes: members.slice(0, homes),
      joiners: [],
      ...{ blank: [], leavers: [], retired: [] },
      members,
      epoch: 1,
      isMoving: false,
      nextReplicaId: 1,
    };
    this.nodes = members.map((id) => new SyncNode(id, this));
    for (const node of this.nodes) {
      const isThere = this.placement.homes.includes(node.id);
      node.disk.isThere = isThere;
      node.start();
    }
  }

  at(id: number): SyncNode {
    return must(this.nodes[id - 1], `n${id}`);
  }

  get homes(): readonly SyncNode[] {
    return this.placement.homes.map((home) => this.at(home));
  }

  get roots(): number {
    return new Set(this.homes.map(({ root }) => root)).size;
  }

  kill(id: number): void {
    this.at(id).sync = undefined;
  }

  revive(id: number): void {
    if (!this.at(id).isUp) this.at(id).start();
  }

  part(side: readonly number[]): void {
    this.side = new Set(side.map(nodeId));
  }

  heal(): void {
    this.part([]);
  }

  isCut(a: NodeId, b: NodeId): boolean {
    return this.side.has(a) !== this.side.has(b);
  }

  after(node: SyncNode, delayUs: Micros, run: () => void): void {
    const { boot } = node;
    this.schedule(delayUs, () => {
      if (node.boot === boot && node.isUp) run();
    });
  }

  send(from: NodeId, to: NodeId, message: SyncMessage): void {
    const bytes = encodeEnvelope([message]);
    this.sent.push({ from, to, message, bytes: bytes.length });
    const copies = from === to ? 1 : this.random.chance(this.loss) ? 0 : this.random.chance(this.loss) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.schedule(from === to ? 0 : this.random.between(1, 20) * MS, () => {
        if (this.isCut(from, to) || this.drops(from, to, message)) return;
        for (const each of decodeEnvelope(bytes)) if (isSyncMessage(each)) this.at(to).sync?.receive(from, each);
      });
    }
  }

  run(forUs: Micros): void {
    const endUs = this.nowUs + forUs;
    for (;;) {
      const dueUs = Math.min(...this.nodes.map(({ sync }) => sync?.dueUs ?? Number.POSITIVE_INFINITY));
      const next = this.queue.reduce<Scheduled | undefined>(
        (first, each) =>
          first === undefined || each.atUs < first.atUs || (each.atUs === first.atUs && each.order < first.order)
            ? each
            : first,
        undefined,
      );
      const atUs = Math.max(this.nowUs, Math.min(dueUs, next?.atUs ?? Number.POSITIVE_INFINITY));
      if (atUs > endUs) break;
      this.nowUs = atUs;
      if (next !== undefined && next.atUs <= atUs) {
        this.queue.splice(this.queue.indexOf(next), 1);
        next.run();
      } else for (const { sync } of this.nodes) if (sync !== undefined && sync.dueUs <= atUs) sync.tick();
    }
    this.nowUs = endUs;
  }

  /** Compared with all others by the first home. */
  repair(): void {
    this.homes[0]?.sync?.order(SHARD);
  }

  private schedule(delayUs: Micros, run: () => void): void {
    this.queue.push({ atUs: this.nowUs + delayUs, order: this.order++, run });
  }
}
