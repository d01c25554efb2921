import { must } from '../../base/assert.ts';
import { type Micros, type NodeId, nodeId } from '../../base/ids.ts';
import { createRandomStream, type RandomStream } from '../../base/random.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { LeafSums, MerkleHashes } from '../../merkle/merkle-hashes.ts';
import { hashRow } from '../../merkle/merkle-row.ts';
import { decodeRow, encodeRow, type Row } from '../row.ts';
import { comparedRow } from '../sync-rows.ts';
import type { Version } from '../version.ts';
import type { ClusterMessage } from './cluster-message.ts';
import { ClusterNode, emptyDisk, type NodeDisk, type NodeWorld } from './cluster-node.ts';
import { type ClusterOptions, MS, OPTIONS } from './cluster-options.ts';

interface Due {
  readonly atUs: Micros;
  readonly run: () => void;
}

/** One shard on a few nodes, with clocks that disagree, disks that outlive a crash, and a network that loses, reorders and parts. All drawn from one seed. */
export class ReplicationCluster implements NodeWorld {
  readonly options: ClusterOptions;
  readonly members: readonly NodeId[];
  readonly homes: readonly NodeId[];
  readonly fallbacks: readonly NodeId[];
  /** Everything that any node has purged. */
  readonly purgedVersions: Version[] = [];
  /** Completed comparisons. */
  syncs = 0;
  timeUs: Micros = 1_000_000 * MS;
  loss = 0;
  delayUs: readonly [Micros, Micros] = [MS, 20 * MS];
  /** Whether nothing passes from the one to the other. */
  isCut: (from: NodeId, to: NodeId) => boolean = () => false;
  /** What does not arrive although it could: a test's own choice. */
  drops: (to: NodeId, message: ClusterMessage) => boolean = () => false;
  readonly skewUs = new Map<NodeId, Micros>();
  private readonly random: RandomStream;
  private readonly disks: ReadonlyMap<NodeId, NodeDisk>;
  private readonly running = new Map<NodeId, ClusterNode>();
  private due: Due[] = [];
  private rounds = 0;

  constructor(seed: number, options: Partial<ClusterOptions> = {}) {
    this.options = { ...OPTIONS, ...options };
    this.random = createRandomStream(seed, 'replication', 'cluster', 0);
    this.members = Array.from({ length: this.options.nodes }, (_, i) => nodeId(i + 1));
    this.homes = this.members.slice(0, this.options.homes);
    this.fallbacks = this.members.slice(this.options.homes);
    this.disks = new Map(this.members.map((id) => [id, emptyDisk()]));
    for (const id of this.members) this.revive(id);
  }

  node(id: number): ClusterNode {
    return must(this.running.get(nodeId(id)), `n${id} runs`);
  }

  isUp(id: number): boolean {
    return this.running.has(nodeId(id));
  }

  kill(id: number): void {
    this.running.delete(nodeId(id));
  }

  revive(id: number): void {
    if (this.isUp(id)) return;
    const key = nodeId(id);
    const node = new ClusterNode(key, this, must(this.disks.get(key), 'each has a disk'));
    this.running.set(key, node);
    node.everyTick();
  }

  /** Only within these two parts. */
  part(side: readonly number[]): void {
    this.isCut = (from, to) => side.includes(from) !== side.includes(to);
  }

  heal(): void {
    this.isCut = () => false;
  }

  startPurge(conductor: number, watermarkUs: Micros): void {
    this.node(conductor).startPurge(++this.rounds, watermarkUs, this.options.epoch());
  }

  run(forUs: Micros): void {
    const endUs = this.timeUs + forUs;
    for (;;) {
      // Of those that are due at one moment the first that was scheduled.
      const next = this.due.reduce<Due | undefined>(
        (first, each) => (first === undefined || each.atUs < first.atUs ? each : first),
        undefined,
      );
      if (next === undefined || next.atUs > endUs) break;
      this.due.splice(this.due.indexOf(next), 1);
      this.timeUs = next.atUs;
      next.run();
    }
    this.timeUs = endUs;
  }

  /** Each pair of homes once. */
  syncRound(): void {
    this.homes.forEach((a, i) => {
      for (const b of this.homes.slice(i + 1)) {
        this.node(a).startSync(b);
        this.run(100 * MS);
      }
    });
  }

  rowOn(id: number, key: string): Row | undefined {
    return this.node(id).rows.get(key);
  }

  /** The Merkle root of what each home holds, as text. */
  roots(): readonly string[] {
    const watermarkUs = Math.max(...this.homes.map((id) => this.node(id).limits.watermarkUs));
    return this.homes.map((id) => {
      const sums = new LeafSums();
      for (const [key, row] of this.node(id).rows) {
        const compared = comparedRow(0, { key: encodeUtf8(key), row }, watermarkUs);
        if (compared !== undefined) sums.add(0, hashRow(compared));
      }
      const { high, low } = new MerkleHashes(sums).root;
      return `${high}/${low}`;
    });
  }

  nowUs(node: NodeId): Micros {
    return this.timeUs + (this.skewUs.get(node) ?? 0);
  }

  send(from: NodeId, to: NodeId, message: ClusterMessage): void {
    const copy = fromWire(message);
    const delayUs = from === to ? 0 : this.random.between(...this.delayUs);
    const isLost = from !== to && this.random.chance(this.loss);
    this.schedule(delayUs, () => {
      // What was on its way when the network parted is lost as well.
      if (isLost || this.isCut(from, to) || this.drops(to, copy)) return;
      this.running.get(to)?.receive(from, copy);
    });
  }

  after(id: NodeId, delayUs: Micros, what: () => void): void {
    const life = must(this.running.get(id), 'only who runs has timers');
    this.schedule(delayUs, () => {
      if (this.running.get(id) === life) what();
    });
  }

  suspects(node: NodeId, other: NodeId): boolean {
    return node !== other && (!this.isUp(other) || this.isCut(node, other)) && this.random.chance(0.5);
  }

  purged(versions: readonly Version[]): void {
    this.purgedVersions.push(...versions);
  }

  synced(): void {
    this.syncs++;
  }

  private schedule(delayUs: Micros, run: () => void): void {
    this.due.push({ atUs: this.timeUs + delayUs, run });
  }
}

const copied = (row: Row): Row => decodeRow(encodeRow(row));

function fromWire(message: ClusterMessage): ClusterMessage {
  if ('row' in message) return { ...message, row: copied(message.row) };
  if ('rows' in message) return { ...message, rows: message.rows.map(({ key, row }) => ({ key, row: copied(row) })) };
  return message;
}
