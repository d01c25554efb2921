import { must } from '../../base/assert.ts';
import { NO_BREAKS } from '../../base/breaks.ts';
import { type LogIndex, type Micros, type NodeId, nodeId, type Term } from '../../base/ids.ts';
import { createRandomStream } from '../../base/random.ts';
import { type Configuration, type ConfigurationTarget, simpleConfiguration } from '../configuration.ts';
import { type Entry, type HardState, LOG_START, type LogBase } from '../entry.ts';
import type { OutgoingRaftMessage, RaftMessage } from '../message.ts';
import type { RaftEvent } from '../raft-event.ts';
import { RaftGroup } from '../raft-group.ts';
import type { RaftOptions } from '../raft-options.ts';
import type { ReadState, Ready } from '../ready.ts';
import type { ProposedConfiguration } from '../reconfigure.ts';
import { Invariants } from './invariants.ts';

export const MS = 1000;

/** One replica with the disk under it. */
export interface Host {
  readonly id: NodeId;
  group: RaftGroup;
  alive: boolean;
  boots: number;
  /** What the group began with. */
  readonly initial: Configuration;
  /** `entries` from the very first on; a restart reads those behind `base`, and what is up to there was applied. */
  readonly disk: { hardState: HardState; base: LogBase; entries: Entry[] };
  /** Handed out, not yet durable, oldest first. */
  writes: Ready[];
  /** What was applied before the last start. */
  appliedBefore: LogIndex;
  /** The content of the snapshot installed last. */
  snapshot: readonly Entry[];
  installs: number;
  /** Committed entries in the order in which they came out since the last start. */
  applied: Entry[];
  /** This and the events go on over restarts. */
  reads: ReadState[];
  events: RaftEvent[];
}

export interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: RaftMessage;
}

export interface NetworkOptions {
  readonly seed?: number;
  /** What each node waits for a leader, always; drawn at random if left out. */
  readonly electionTimeoutUs?: (id: NodeId) => Micros;
  readonly raft?: Partial<RaftOptions>;
  /** Initial terms of the log entries of node i + 1. */
  readonly logs?: readonly (readonly Term[])[];
  readonly terms?: readonly Term[];
  /** How much faster than `nowUs` the monotonic clock of node i + 1 runs, in millionths; default 0. */
  readonly clockPpm?: readonly number[];
  /** Hand-built starting states may break the invariants' assumptions. Default true. */
  readonly checked?: boolean;
}

export const n = (id: number): NodeId => nodeId(id);

export const entry = (index: LogIndex, term: Term, kind: Entry['kind'] = 'command'): Entry => ({
  term,
  index,
  kind,
  stampUs: index,
  command: Uint8Array.of(term & 255, index & 255),
});

export const logOf = (terms: readonly Term[]): Entry[] => terms.map((term, i) => entry(i + 1, term));

/** Groups in memory: every delivery, sync, crash and timer happens when the test says so. */
export class Network {
  nowUs: Micros = 0;
  packets: Packet[] = [];
  /** Directed links that lose everything, as `1>2`. */
  readonly cut = new Set<string>();
  readonly hosts: readonly Host[];
  readonly invariants = new Invariants();
  /** Counted by whoever wants to know. */
  leaseReads = 0;
  private readonly options: NetworkOptions;

  constructor(size: number, options: NetworkOptions = {}) {
    this.options = options;
    this.hosts = Array.from({ length: size }, (_, i) => {
      const terms = options.logs?.[i] ?? [];
      const currentTerm = options.terms?.[i] ?? terms[terms.length - 1] ?? 0;
      const hardState = { currentTerm, votedFor: 0, commitIndex: 0 };
      const disk = { hardState, base: LOG_START, entries: logOf(terms) };
      return this.start(n(i + 1), disk, 0, size);
    });
  }

  host(id: number): Host {
    return must(this.hosts[id - 1], 'the host exists');
  }

  group(id: number): RaftGroup {
    return this.host(id).group;
  }

  get leader(): Host | undefined {
    const leaders = this.hosts.filter((host) => host.alive && host.group.role === 'leader');
    return leaders.sort((a, b) => b.group.currentTerm - a.group.currentTerm)[0];
  }

  /** Performs what the group asks for, all but its writes. */
  collect(host: Host): void {
    for (let ready = host.group.ready(); ready !== undefined; ready = host.group.ready()) {
      this.post(host, ready.messages);
      const { hardState, checkpoint, entries } = ready;
      const writes = hardState !== undefined || checkpoint !== undefined || entries.length > 0;
      if (writes || host.writes.length > 0) host.writes.push(ready);
      else this.post(host, ready.messagesAfterPersist);
      if (this.checked) this.invariants.check(this.hosts, (id) => this.localUs(id));
      if (this.checked) this.invariants.handedOut(host, ready);
      host.applied.push(...ready.committed);
      const last = ready.committed[ready.committed.length - 1];
      if (last !== undefined) host.group.appliedTo(last.index);
      for (const { from, message } of ready.snapshotMessages) {
        if (message.type === 'InstallSnapshot') this.install(host, from, message.lastIncluded);
      }
      for (const read of ready.readStates) {
        host.reads.push(read);
        if (this.checked) this.invariants.readConfirmed(host.id, read);
      }
    }
    host.events.push(...host.group.takeEvents());
  }

  /** Makes the oldest `count` writes durable. */
  persist(id: number, count = Number.POSITIVE_INFINITY): void {
    const host = this.host(id);
    for (let done = 0; done < count && host.alive; done++) {
      const ready = host.writes.shift();
      if (ready === undefined) return;
      write(host, ready);
      host.group.persisted(ready.mark);
      this.post(host, ready.messagesAfterPersist);
      this.collect(host);
    }
  }

  deliver(at = 0): void {
    const [packet] = this.packets.splice(at, 1);
    if (packet === undefined) return;
    const host = this.host(packet.to);
    if (!host.alive || this.cut.has(`${packet.from}>${packet.to}`)) return;
    host.group.step(this.localUs(packet.to), packet.from, packet.message);
    this.collect(host);
  }

  /** Hands a message over as if it had been sent. */
  step(to: number, from: number, message: RaftMessage): void {
    this.group(to).step(this.localUs(to), n(from), message);
    this.collect(this.host(to));
  }

  /** Delivers and syncs until nothing is under way, without any time passing. */
  settle(): void {
    for (let round = 0; round < 10_000; round++) {
      for (const host of this.hosts) if (host.alive) this.persist(host.id);
      if (this.packets.length === 0) return;
      this.deliver();
    }
    throw new Error('does not come to rest');
  }

  /** The node's election timeout (or CheckQuorum) is over; time goes there if it is later. */
  timeout(id: number): void {
    const host = this.host(id);
    // A leader that is the only voter waits for nobody.
    if (host.group.deadlineUs === Number.MAX_SAFE_INTEGER) return;
    this.nowUs = Math.max(this.nowUs, this.trueUs(id, host.group.deadlineUs));
    host.group.tick(this.localUs(id));
    this.collect(host);
  }

  /** An election that `id` runs for after everybody forgot the old leader. */
  elect(id: number): void {
    this.nowUs += 300 * MS;
    this.timeout(id);
    this.settle();
  }

  heartbeat(id: number): void {
    this.group(id).heartbeat(this.localUs(id));
    this.sendSnapshots(this.host(id));
    this.collect(this.host(id));
  }

  propose(id: number, command: Uint8Array = Uint8Array.of(1)): { term: Term; index: LogIndex } | undefined {
    const proposed = this.group(id).propose(this.localUs(id), this.nowUs, command);
    this.collect(this.host(id));
    return proposed;
  }

  read(id: number, context: number): boolean {
    if (this.group(id).role === 'leader') this.invariants.readAsked(n(id), context);
    const accepted = this.group(id).readIndex(this.localUs(id), context);
    this.collect(this.host(id));
    return accepted;
  }

  /** @returns whether there was a lease */
  leaseRead(id: number): boolean {
    const index = this.group(id).leaseRead(this.localUs(id));
    if (index !== undefined) this.invariants.leaseRead(n(id), index);
    return index !== undefined;
  }

  /** The leader begins to change who takes part. */
  reconfigure(id: number, voters: readonly number[], learners: readonly number[] = []): ProposedConfiguration {
    const target: ConfigurationTarget = { voters: voters.map(n), learners: learners.map(n) };
    const proposed = this.group(id).proposeConfiguration(this.localUs(id), target);
    this.collect(this.host(id));
    return proposed;
  }

  transfer(id: number, to: number): void {
    this.group(id).transferTo(this.localUs(id), n(to));
    this.collect(this.host(id));
  }

  /** A node's monotonic clock. */
  localUs(id: number): Micros {
    return this.nowUs + Math.floor((this.nowUs * this.ppm(id)) / 1e6);
  }

  /** The first moment at which that clock shows `localUs` or more. */
  trueUs(id: number, localUs: Micros): Micros {
    let trueUs = Math.floor(localUs / (1 + this.ppm(id) / 1e6));
    while (trueUs + Math.floor((trueUs * this.ppm(id)) / 1e6) < localUs) trueUs++;
    return trueUs;
  }

  private ppm(id: number): number {
    return this.options.clockPpm?.[id - 1] ?? 0;
  }

  /** Time passes in steps of the heartbeat interval, with everything delivered in between. */
  run(us: Micros): void {
    const { heartbeatIntervalUs } = this.raftOptions(n(1), 0, this.hosts.length);
    const end = this.nowUs + us;
    while (this.nowUs < end) {
      this.nowUs += heartbeatIntervalUs;
      for (const host of this.hosts) {
        if (!host.alive) continue;
        host.group.heartbeat(this.localUs(host.id));
        this.sendSnapshots(host);
        host.group.tick(this.localUs(host.id));
        this.collect(host);
      }
      this.settle();
    }
  }

  /** The log forgets what it may up to `index`; `checkpoint`: and the disk with it, unless a snapshot is on its way there. */
  compact(id: number, index: LogIndex, checkpoint: boolean): void {
    const host = this.host(id);
    host.group.compactTo(index);
    const awaitsSnapshot = host.writes.some((ready) => ready.checkpoint !== undefined);
    if (checkpoint && !awaitsSnapshot) host.disk.base = host.group.base;
    host.events.push(...host.group.takeEvents());
    if (this.checked) this.invariants.compacted(host);
  }

  /** In one piece, again with each heartbeat until it is installed. */
  private sendSnapshots({ group, disk }: Host): void {
    for (const { id } of this.hosts) {
      if (!group.needsSnapshot(id)) continue;
      const index = group.appliedIndex;
      const { term, stampUs } = must(disk.entries[index - 1], 'what is applied is durable');
      const lastIncluded = { index, term, stampUs, configuration: group.configurationAt(index).configuration };
      const piece = { offset: 0, data: new Uint8Array(0), checksum: 0, done: true, root: undefined };
      group.sendSnapshotPiece(id, { lastIncluded, ...piece });
    }
  }

  /** The snapshot is the entries themselves: they are on disk with the write of the next Ready. */
  private install(host: Host, from: NodeId, base: LogBase): void {
    if (!host.group.wantsSnapshot(base)) return;
    host.snapshot = this.host(from).disk.entries.slice(0, base.index);
    host.group.restore(base);
    host.appliedBefore = base.index;
    host.applied = [];
    host.installs++;
  }

  /** Of the writes under way the oldest `survivors` reach the disk. */
  crash(id: number, survivors = 0): void {
    const host = this.host(id);
    for (const ready of host.writes.slice(0, survivors)) write(host, ready);
    host.writes = [];
    host.alive = false;
  }

  restart(id: number): void {
    const host = this.host(id);
    const fresh = this.start(host.id, host.disk, host.boots + 1, this.hosts.length);
    const events = [...host.events, ...fresh.events];
    const { disk, reads, installs } = host;
    Object.assign(host, { ...fresh, disk, reads, installs, events });
  }

  isolate(id: number): void {
    for (const { id: other } of this.hosts) this.cut.add(`${id}>${other}`).add(`${other}>${id}`);
  }

  heal(): void {
    this.cut.clear();
  }

  terms(id: number): Term[] {
    const group = this.group(id);
    return Array.from({ length: group.lastIndex }, (_, i) => group.termAt(i + 1) as Term);
  }

  private get checked(): boolean {
    return this.options.checked ?? true;
  }

  private post(host: Host, messages: readonly OutgoingRaftMessage[]): void {
    for (const outgoing of messages) {
      if (this.checked) this.invariants.messageLeft(host, outgoing);
      this.packets.push({ from: host.id, ...outgoing });
    }
  }

  private start(id: NodeId, disk: Host['disk'], boots: number, size: number): Host {
    const { hardState, base } = disk;
    const appliedBefore = base.index;
    const entries = disk.entries.slice(base.index);
    const recovered = { hardState, base, entries, appliedIndex: appliedBefore, mayHavePromised: boots > 0 };
    const options = this.raftOptions(id, boots, size);
    const group = new RaftGroup(options, recovered, this.localUs(id));
    const initial = simpleConfiguration({ voters: options.voters, learners: [] });
    const events = group.takeEvents();
    return {
      id,
      group,
      alive: true,
      boots,
      initial,
      disk,
      writes: [],
      appliedBefore,
      snapshot: [],
      installs: 0,
      applied: [],
      reads: [],
      events,
    };
  }

  private raftOptions(id: NodeId, boots: number, size: number): RaftOptions {
    const { electionTimeoutUs } = this.options;
    const random = createRandomStream(this.options.seed ?? 1, 'election', `n${id}`, boots);
    return {
      id,
      voters: Array.from({ length: size }, (_, i) => n(i + 1)),
      electionTimeoutUsMin: 150 * MS,
      electionTimeoutUsMax: 300 * MS,
      heartbeatIntervalUs: 50 * MS,
      clockRateErrorPpmMax: 50_000,
      entriesPerAppendMax: 64,
      bytesPerAppendMax: 64 * 1024,
      inflightAppendsMax: 8,
      breaks: NO_BREAKS,
      random: electionTimeoutUs === undefined ? random : { ...random, between: () => electionTimeoutUs(id) },
      ...this.options.raft,
    };
  }
}

function write(host: Host, ready: Ready): void {
  const { disk } = host;
  if (ready.hardState !== undefined) disk.hardState = ready.hardState;
  if (ready.checkpoint !== undefined) {
    disk.hardState = ready.checkpoint.hardState;
    disk.base = ready.checkpoint.base;
    disk.entries = host.snapshot.slice(0, disk.base.index);
  }
  for (const written of ready.entries) {
    disk.entries.length = Math.min(disk.entries.length, written.index - 1);
    disk.entries.push(written);
  }
}
