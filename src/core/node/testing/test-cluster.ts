import { must } from '../../base/assert.ts';
import { type ClientActorId, FIRST_CLIENT, isClient, type NodeId, nodeId, type ShardId } from '../../base/ids.ts';
import { createRandomStream } from '../../base/random.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { MemoryDisk } from '../../lsm/testing/memory-disk.ts';
import { META_GROUP } from '../../meta/meta-state.ts';
import { HashRing } from '../../ring/hash-ring.ts';
import { decodeEnvelope, encodeEnvelope } from '../codec.ts';
import { CLASSROOM_LIMITS, type NodeConfig, type NodeLimits } from '../config.ts';
import type { Effect, NodeInput } from '../effect.ts';
import { encodeLogGroup, logGroupCutAt } from '../log-group.ts';
import type { Message, ReplyBody, RequestBody, WriteOp } from '../message.ts';
import { Node } from '../node.ts';
import type { RecoveryReport } from '../node-recovery.ts';
import type { ReplicaRoot } from '../replica-root.ts';
import type { NodeEvent } from '../trace-event.ts';

type Write = Extract<Effect, { type: 'Write' }>;

export class TestNode {
  readonly disk = new MemoryDisk();
  boot = 0;
  node: Node | undefined;
  report: RecoveryReport | undefined;
  /** Issued and not completed, in issue order. */
  pendingWrites: Write[] = [];
  /** Writes and block reads complete only when a test lets them. */
  holdWrites = false;
  holdReads = false;
  heldReads: Extract<Effect, { type: 'Read' }>[] = [];
  timerGeneration = 0;
  events: NodeEvent[] = [];
}

interface Scheduled {
  readonly timeUs: number;
  readonly order: number;
  readonly run: () => void;
}

const LINK_US = 1000;
const SYNC_US = 500;
const READ_US = 200;

/** A few nodes with memory disks, one client, fixed latencies and manual time. Everything passes through the codec. */
export class TestCluster {
  readonly nodes = new Map<NodeId, TestNode>();
  readonly ring: HashRing;
  readonly replies = new Map<number, ReplyBody>();
  /** What each node put on the network, encoded and decoded. */
  readonly sent: { from: NodeId; to: number; messages: ReturnType<typeof decodeEnvelope>; timeUs: number }[] = [];
  /** Nodes that reach no other node; the client still reaches them. */
  readonly isolated = new Set<NodeId>();
  /** What becomes of a message on its way. */
  onWire: (message: Message) => Message = (message) => message;
  /** What a node's wall clock shows more than the others'. */
  readonly wallOffsetsUs = new Map<NodeId, number>();
  nowUs = 0;
  private readonly seed: number;
  private readonly config: Omit<NodeConfig, 'id'>;
  private queue: Scheduled[] = [];
  private order = 0;
  private lastRequestId = 0;

  constructor(
    options: {
      seed?: number;
      nodes?: number;
      shards?: number;
      limits?: Partial<NodeLimits>;
      /** Of n1, n2, … */
      wallOffsetsUs?: readonly number[];
    } = {},
  ) {
    const nodes = Array.from({ length: options.nodes ?? 3 }, (_, i) => nodeId(i + 1));
    const limits = { ...CLASSROOM_LIMITS, ...options.limits };
    this.seed = options.seed ?? 1;
    this.config = {
      nodes,
      contacts: nodes,
      incarnation: 1,
      shards: options.shards ?? 1,
      replicationFactor: 3,
      vnodes: 16,
      limits,
    };
    this.ring = new HashRing(nodes, 16, this.config.shards, 3);
    for (const id of nodes) {
      this.wallOffsetsUs.set(id, options.wallOffsetsUs?.[id - 1] ?? 0);
      this.nodes.set(id, new TestNode());
      this.revive(id);
    }
  }

  /** Another node, which nobody knows yet: it asks to join. */
  add(id: NodeId): void {
    this.nodes.set(id, new TestNode());
    this.revive(id);
  }

  at(id: number): TestNode {
    return must(this.nodes.get(nodeId(id)), `n${id}`);
  }

  revive(id: NodeId): void {
    const slot = this.at(id);
    slot.boot++;
    const boot = slot.boot;
    const node = new Node({ ...this.config, id }, boot, (use) => createRandomStream(this.seed, use, `n${id}`, boot));
    slot.report = slot.disk.run(node.recover(this.clock(id)));
    for (const transaction of slot.report.transactions) slot.disk.transact(transaction);
    slot.node = node;
    this.perform(id, node.start(this.clock(id)));
  }

  /** Log records beyond the first `records` of the sync in flight are lost, the next one torn after `tornBytes`. */
  kill(id: NodeId, cut: { records: number; tornBytes: number } = { records: 0, tornBytes: 0 }): void {
    const slot = this.at(id);
    slot.node = undefined;
    const write = slot.pendingWrites.find((pending) => pending.queue === 'log');
    if (write?.queue === 'log') {
      const cutAt = logGroupCutAt(write.group, Math.min(cut.records, write.group.records.length), cut.tornBytes);
      const value = encodeLogGroup(write.group).slice(0, cutAt);
      if (cutAt > 0) slot.disk.transact([{ type: 'put', store: 'log', key: write.key, value }]);
    }
    slot.pendingWrites = [];
    slot.heldReads = [];
    slot.timerGeneration++;
    slot.holdWrites = false;
    slot.holdReads = false;
  }

  run(forUs: number): void {
    const endUs = this.nowUs + forUs;
    while (this.runNext(endUs));
    this.nowUs = endUs;
  }

  /** Runs until the condition holds; throws when it does not within `maxUs`. */
  until(what: string, holds: () => boolean, maxUs = 5_000_000): void {
    const endUs = this.nowUs + maxUs;
    while (!holds()) if (!this.runNext(endUs)) throw new Error(`not within ${maxUs} us: ${what}`);
  }

  send(to: NodeId, shard: ShardId, body: RequestBody, client: ClientActorId = FIRST_CLIENT): number {
    const requestId = ++this.lastRequestId;
    const messages = decodeEnvelope(encodeEnvelope([{ type: 'ClientRequest', requestId, shard, ringEpoch: 1, body }]));
    this.schedule(LINK_US, () => this.input(to, { type: 'MessagesReceived', from: client, messages }));
    return requestId;
  }

  /** The live leader of the highest term, as the nodes reported it. */
  leader(shard: ShardId): NodeId | undefined {
    let leader: NodeId | undefined;
    let highest = -1;
    for (const [id, slot] of this.nodes) {
      if (slot.node === undefined) continue;
      let last: { role: string; term: number } | undefined;
      for (const event of slot.events) {
        if ((event.type === 'RoleChanged' || event.type === 'ReplicaRecovered') && event.shard === shard) last = event;
      }
      if (last?.role === 'leader' && last.term > highest) {
        leader = id;
        highest = last.term;
      }
    }
    return leader;
  }

  leaderOf(shard: ShardId): NodeId {
    this.until(`s${shard} has a leader`, () => this.leader(shard) !== undefined);
    return this.leader(shard) as NodeId;
  }

  /** Asks the shard's leader, again and again while there is none, and returns the answer. */
  call(shard: ShardId, body: RequestBody): ReplyBody {
    for (let attempt = 0; attempt < 50; attempt++) {
      const requestId = this.send(this.leaderOf(shard), shard, body);
      this.until(`an answer to ${body.type}`, () => this.replies.has(requestId));
      const reply = this.replies.get(requestId) as ReplyBody;
      if (reply.type !== 'NotLeader') return reply;
      this.run(50_000);
    }
    throw new Error('no leader answers');
  }

  register(shard: ShardId): number {
    const reply = this.call(shard, { type: 'RegisterClient', nonce: 7 });
    if (reply.type !== 'Registered') throw new Error(reply.type);
    return reply.session;
  }

  write(shard: ShardId, session: number, sequence: number, write: WriteOp): ReplyBody {
    return this.call(shard, { type: 'Write', session, sequence, write });
  }

  /** The value's text, undefined = absent. */
  get(key: string): string | undefined {
    const reply = this.call(this.shardOf(key), { type: 'Get', key: bytes(key) });
    if (reply.type !== 'Value') throw new Error(reply.type);
    return reply.value === undefined ? undefined : text(reply.value);
  }

  shardOf(key: string): ShardId {
    return this.ring.shardOfKey(bytes(key));
  }

  /** Those of the meta group are left out. */
  eventsOf<T extends NodeEvent['type']>(id: number, type: T): Extract<NodeEvent, { type: T }>[] {
    const ofShards = this.at(id).events.filter((event) => !('shard' in event) || event.shard !== META_GROUP);
    return ofShards.filter((event): event is Extract<NodeEvent, { type: T }> => event.type === type);
  }

  /** What the replica last said that it has come to, by applying an entry or with a snapshot. */
  stateOf(id: number, shard: ShardId): { index: number; stateHash: number; keys: number } | undefined {
    const { events } = this.at(id);
    for (let at = events.length - 1; at >= 0; at--) {
      const event = must(events[at], 'a place within the events');
      if (event.type !== 'EntryApplied' && event.type !== 'SnapshotInstalled' && event.type !== 'StateRestored')
        continue;
      if (event.shard !== shard) continue;
      const { index, stateHash, keys } = event;
      return { index, stateHash, keys };
    }
    return undefined;
  }

  /** The Merkle root of each shard's replica there, as it is now. */
  rootsOf(id: number): readonly ReplicaRoot[] {
    const slot = this.at(id);
    const roots = slot.disk.run(must(slot.node, `n${id} runs`).roots());
    return roots.filter(({ shard }) => shard !== META_GROUP);
  }

  completeWrites(id: number): void {
    const slot = this.at(id);
    slot.holdWrites = false;
    for (const write of [...slot.pendingWrites]) this.scheduleWrite(nodeId(id), write);
  }

  /** This one, now, ahead of all others. */
  complete(id: NodeId, write: Write): void {
    const slot = this.at(id);
    slot.pendingWrites = slot.pendingWrites.filter((other) => other !== write);
    slot.disk.transact(
      write.queue === 'table'
        ? write.transaction
        : [{ type: 'put', store: 'log', key: write.key, value: encodeLogGroup(write.group) }],
    );
    this.input(id, { type: 'WriteCompleted', id: write.id });
  }

  completeReads(id: number): void {
    const slot = this.at(id);
    slot.holdReads = false;
    for (const read of slot.heldReads.splice(0)) this.scheduleRead(nodeId(id), read);
  }

  input(id: NodeId, input: NodeInput): void {
    const { node } = this.at(id);
    if (node !== undefined) this.perform(id, node.step(this.clock(id), input));
  }

  private clock(id: NodeId): { monotonicUs: number; wallUs: number } {
    return { monotonicUs: this.nowUs, wallUs: 1_000_000_000 + this.nowUs + (this.wallOffsetsUs.get(id) ?? 0) };
  }

  private perform(id: NodeId, effects: readonly Effect[]): void {
    const slot = this.at(id);
    slot.events.push(...must(slot.node, 'it lives').takeEvents());
    for (const effect of effects) {
      if (effect.type === 'Send') this.deliver(id, effect);
      else if (effect.type === 'SetTimer') this.arm(id, effect.atMonotonicUs);
      else if (effect.type === 'Write') {
        slot.pendingWrites.push(effect);
        if (!slot.holdWrites) this.scheduleWrite(id, effect);
      } else if (slot.holdReads) slot.heldReads.push(effect);
      else this.scheduleRead(id, effect);
    }
  }

  private deliver(from: NodeId, { to, messages }: Extract<Effect, { type: 'Send' }>): void {
    const arrived = decodeEnvelope(encodeEnvelope(messages)).map((message) => this.onWire(message));
    this.sent.push({ from, to, messages: arrived, timeUs: this.nowUs });
    this.schedule(LINK_US, () => {
      if (isClient(to)) {
        for (const message of arrived)
          if (message.type === 'ClientReply') this.replies.set(message.requestId, message.body);
      } else if (!this.isolated.has(from) && !this.isolated.has(to)) {
        this.input(to, { type: 'MessagesReceived', from, messages: arrived });
      }
    });
  }

  private arm(id: NodeId, atUs: number): void {
    const slot = this.at(id);
    const generation = ++slot.timerGeneration;
    this.schedule(Math.max(1, atUs - this.nowUs), () => {
      if (slot.timerGeneration === generation) this.input(id, { type: 'TimerFired' });
    });
  }

  private scheduleWrite(id: NodeId, write: Write): void {
    const slot = this.at(id);
    this.schedule(SYNC_US, () => {
      if (!slot.pendingWrites.includes(write)) return;
      slot.pendingWrites = slot.pendingWrites.filter((other) => other !== write);
      slot.disk.transact(
        write.queue === 'table'
          ? write.transaction
          : [{ type: 'put', store: 'log', key: write.key, value: encodeLogGroup(write.group) }],
      );
      this.input(id, { type: 'WriteCompleted', id: write.id });
    });
  }

  private scheduleRead(id: NodeId, read: Extract<Effect, { type: 'Read' }>): void {
    const slot = this.at(id);
    const { boot } = slot;
    this.schedule(READ_US, () => {
      if (slot.boot !== boot || slot.node === undefined) return;
      this.input(id, { type: 'ReadCompleted', id: read.id, result: slot.disk.read(read.read) });
    });
  }

  private schedule(afterUs: number, run: () => void): void {
    this.queue.push({ timeUs: this.nowUs + afterUs, order: this.order++, run });
  }

  private runNext(endUs: number): boolean {
    let next: Scheduled | undefined;
    for (const event of this.queue) {
      if (
        next === undefined ||
        event.timeUs < next.timeUs ||
        (event.timeUs === next.timeUs && event.order < next.order)
      )
        next = event;
    }
    if (next === undefined || next.timeUs > endUs) return false;
    this.queue = this.queue.filter((event) => event !== next);
    this.nowUs = next.timeUs;
    next.run();
    return true;
  }
}

export const bytes = encodeUtf8;
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);
export const put = (key: string, value: string, ttlUs?: number): WriteOp => ({
  type: 'Put',
  key: bytes(key),
  value: bytes(value),
  ...(ttlUs === undefined ? {} : { ttlUs }),
});
export const del = (key: string): WriteOp => ({ type: 'Delete', key: bytes(key) });
export const cas = (key: string, expected: string | undefined, value: string, ttlUs?: number): WriteOp => ({
  type: 'Cas',
  key: bytes(key),
  expected: expected === undefined ? undefined : bytes(expected),
  value: bytes(value),
  ...(ttlUs === undefined ? {} : { ttlUs }),
});
