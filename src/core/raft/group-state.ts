import { assert, must } from '../base/assert.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId, type Term } from '../base/ids.ts';
import { type Configuration, isJoint, isVoter, membersOf, replicaIdOf, simpleConfiguration } from './configuration.ts';
import { numbered, sameConfiguration } from './configuration-change.ts';
import { ConfigurationHistory } from './configuration-history.ts';
import type { Entry, LogBase, Role } from './entry.ts';
import type { OutgoingRaftMessage, RaftMessage } from './message.ts';
import type { Progress } from './progress.ts';
import type { RaftEvent } from './raft-event.ts';
import { RaftLog } from './raft-log.ts';
import type { RaftOptions, RecoveredRaft } from './raft-options.ts';
import { ReadIndexQueue } from './read-index.ts';
import type { ReadState, SnapshotMessage } from './ready.ts';
import type { Transfer } from './transfer.ts';

/** Everything one group remembers. Only the functions of this folder change it; `RaftGroup` is what others see. */
export class GroupState {
  readonly options: RaftOptions;
  readonly id: NodeId;
  readonly log: RaftLog;
  /** Of `log`, entry for entry. */
  readonly configurations: ConfigurationHistory;

  /** Never decreases. */
  currentTerm: Term;
  /** Changes from a node to another only together with currentTerm; a step-down within the term keeps it. */
  votedFor: NodeId;
  role: Role = 'follower';
  /** Leader of currentTerm as far as known. */
  leader: NodeId = NO_NODE;
  /** Highest entry known to be committed. Never decreases; ≤ lastIndex; may be ahead of what is durable here. */
  commitIndex: LogIndex;
  /** Every committed entry up to here was handed out to be applied. ≤ min(commitIndex, persistedIndex). */
  handedOutIndex: LogIndex;
  /** ≤ handedOutIndex. */
  appliedIndex: LogIndex;

  /** What was applied is lost: a snapshot that ends there or behind it brings it back. 0: it is not. */
  snapshotFrom: LogIndex = 0;

  /** The node's monotonic clock at the last input. */
  nowUs: Micros;
  /** This node's current draw from [electionTimeoutUsMin, electionTimeoutUsMax]. */
  electionTimeoutUs: Micros = 0;
  /** It waits so many upper election timeouts longer than others before it stands, and does not stand because a leader wishes it. */
  standsLast = false;
  /** When `tick` has something to do. */
  deadlineUs: Micros = 0;
  /** Until then it helps nobody to be elected, whatever term it is in: a leader's lease may rest on it. See `lease.ts`. */
  promisedUntilUs: Micros;
  /** Leader: a quorum's promises, its own among them, hold from then on at the latest. 0 = not yet. */
  leaseFromUs: Micros = 0;
  /** Leader: whom it hands its leadership to. */
  transfer: Transfer | undefined;
  /** Leader: somebody may stand in the next term by its order, now or whenever the message arrives. */
  timeoutNowSent = false;

  /** Answers to the election (or pre-election) under way; emptied at each role change. */
  readonly votes = new Map<NodeId, boolean>();
  /** One per other member while leader, else empty; whoever leaves stays in it until C_new is committed. */
  readonly progress = new Map<NodeId, Progress>();
  readonly reads = new ReadIndexQueue();

  /** Output, taken by the next Ready. */
  messages: OutgoingRaftMessage[] = [];
  messagesAfterPersist: OutgoingRaftMessage[] = [];
  readStates: ReadState[] = [];
  snapshotMessages: SnapshotMessage[] = [];
  events: RaftEvent[] = [];
  /** The next Ready carries a heartbeat to every peer. */
  heartbeatDue = false;
  /** Followers may be owed an AppendEntries: look at them at the next Ready. */
  appendDue = false;
  /** Room for `quorumValue`, to spare an array per answer. */
  readonly scratch: number[] = [];

  constructor(options: RaftOptions, recovered: RecoveredRaft, nowUs: Micros) {
    const { hardState, base, appliedIndex } = recovered;
    assert(new Set(options.voters).size === options.voters.length, 'voters are distinct');
    assert(options.electionTimeoutUsMin <= options.electionTimeoutUsMax, 'election timeouts are a range');
    assert(options.heartbeatIntervalUs < options.electionTimeoutUsMin, 'heartbeats come faster than elections');
    this.options = options;
    this.id = options.id;
    this.log = new RaftLog(base, recovered.entries);
    const simple = simpleConfiguration({ voters: options.voters, learners: [] });
    const began = numbered(simple, options.replicas ?? []);
    this.configurations = new ConfigurationHistory(base.configurationIndex ?? base.index, base.configuration ?? began);
    this.configurations.appended(recovered.entries);
    this.currentTerm = hardState.currentTerm;
    this.votedFor = hardState.votedFor as NodeId;
    this.commitIndex = Math.max(hardState.commitIndex, appliedIndex);
    this.handedOutIndex = appliedIndex;
    this.appliedIndex = appliedIndex;
    this.nowUs = nowUs;
    // As if a leader had been heard just before it went down.
    this.promisedUntilUs = recovered.mayHavePromised ? nowUs + options.electionTimeoutUsMin : nowUs;
    assert(appliedIndex >= base.index, 'what is no longer in the log was applied');
    assert(this.commitIndex <= this.log.lastIndex, 'the log on disk reaches the commit index that was written');
    assert(this.currentTerm >= this.log.lastTerm, 'the term on disk is not older than the log');
  }

  /** For what promises nothing that could be lost in a crash. */
  send(to: NodeId, message: RaftMessage): void {
    this.messages.push({ to, message });
  }

  /** For what rests on state that is not durable yet. */
  sendAfterPersist(to: NodeId, message: RaftMessage): void {
    this.messagesAfterPersist.push({ to, message });
  }

  advanceClock(nowUs: Micros): void {
    assert(nowUs >= this.nowUs, 'the monotonic clock does not go back');
    this.nowUs = nowUs;
  }

  get configuration(): Configuration {
    return this.configurations.current;
  }

  get isVoter(): boolean {
    return isVoter(this.configuration, this.id);
  }

  /**
   * One that has left stands as well, as long as it does not know that C_new is committed: nobody else may have an entry that the group
   * cannot do without (dissertation §4.2.2).
   */
  get mayStand(): boolean {
    if (this.isVoter) return true;
    const { previous, currentIndex } = this.configurations;
    return currentIndex > this.commitIndex && previous !== undefined && isVoter(previous, this.id);
  }

  /** It is a majority by itself. */
  get isOnlyVoter(): boolean {
    const { configuration } = this;
    return configuration.voters.length === 1 && !isJoint(configuration) && this.isVoter;
  }

  /**
   * Whether this replica has known from the beginning with whom the group began. Whoever came later does not: the log does not say it, a snapshot
   * does.
   */
  beganWith(node: NodeId): boolean {
    const { configurations, configuration, log } = this;
    // Where replicas have no numbers, none is another one than that of the beginning.
    if (log.base.index > 0 || configuration.replicas === undefined) return true;
    const began = configurations.at(0);
    return membersOf(began).includes(node) && replicaIdOf(began, node) === replicaIdOf(configuration, node);
  }

  /** To the log, and to what the log says of the configuration. */
  appendToLog(entries: readonly Entry[], truncatedFrom: LogIndex): void {
    const { log, configurations, events } = this;
    if (truncatedFrom > 0) log.truncateFrom(truncatedFrom);
    const back = truncatedFrom > 0 && configurations.truncatedFrom(truncatedFrom);
    log.append(entries);
    events.push({ type: 'EntriesAppended', truncatedFrom, entries });
    if (configurations.appended(entries) || back) this.reportConfiguration(back);
  }

  /** A snapshot takes the place of the log, and its configuration that of all that were in it, committed or not. */
  resetLog(base: LogBase): void {
    const before = this.configuration;
    this.log.reset(base, this.commitIndex);
    const configuration = must(base.configuration, 'a snapshot names its configuration');
    this.configurations.reset(base.configurationIndex ?? base.index, configuration);
    if (!sameConfiguration(before, this.configuration)) this.reportConfiguration(false);
  }

  private reportConfiguration(rolledBack: boolean): void {
    const { currentIndex: index, current: configuration } = this.configurations;
    this.events.push({ type: 'ConfigurationChanged', index, configuration, rolledBack });
  }

  /** §8, §6.4: only then does a leader know all that is committed. */
  get hasCommittedInTerm(): boolean {
    return this.log.termAt(this.commitIndex) === this.currentTerm;
  }

  commitTo(index: LogIndex): void {
    if (index <= this.commitIndex) return;
    assert(index <= this.log.lastIndex, 'a replica still holds every entry that it acknowledged');
    this.commitIndex = index;
    this.events.push({ type: 'CommitAdvanced', commitIndex: index, term: this.currentTerm });
  }
}
