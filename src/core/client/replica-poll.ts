import { compareBytes } from '../base/bytes.ts';
import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import type { ReplyBody } from '../node/message.ts';
import { type Configuration, isQuorum, replicaIdOf, votersOf } from '../raft/configuration.ts';

/** What a replica says of itself, with the value or without. */
export type ReplicaAnswer = Extract<ReplyBody, { readonly type: 'ReplicaValue' | 'ReplicaBehind' }>;
type ReplicaValue = Extract<ReplicaAnswer, { readonly type: 'ReplicaValue' }>;

/** `quorum`: R=2. `all`: R=3, which may come down to `quorum`. `applied`: W=3, whether all voters have applied an entry. */
export type PollGoal = 'quorum' | 'all' | 'applied';

/** The answer of a poll: the freshest of those that were waited for. */
export interface PollResult {
  readonly node: NodeId;
  readonly answer: ReplicaValue;
  /** How many of so many voters had answered. */
  readonly heard: number;
  readonly voters: number;
}

/** Replicas that held different values behind the same entry. */
export interface Difference {
  readonly index: LogIndex;
  readonly nodes: readonly NodeId[];
}

/**
 * A linearizable read without a leader: Paxos Quorum Reads (Charapko, Ailijiani and Demirbas, HotStorage 2019) under Raft. A majority of the voters says how
 * far their logs reach. Whatever was committed when the read began is on a majority's disks, and so in one of these logs: with M the largest of their last indexes,
 * committed or not, the state of any replica that has applied M shows it. Nobody needs to have applied that much when it is asked first: whoever has not is asked
 * again to answer when it has ("rinse"). M may name an entry that is overwritten, or never committed: it is an upper bound and nothing more.
 *
 * A majority is one of the newest configuration that the answers name, of either half while it is joint; learners, and replicas other than the one that it
 * means, count for nothing. One that is not known to be committed may never be: then a majority of every configuration is needed that is not older than the
 * newest which is. Each one follows from the one before by a joint configuration, so that among these is a majority that shares a voter with
 * whoever committed.
 */
export class ReplicaPoll {
  private level: PollGoal;
  /** Since when those are asked who have not answered. */
  roundUs: Micros;
  /** M; undefined before enough have answered. */
  private boundIndex: LogIndex | undefined;
  /** Since when M is known. */
  boundUs: Micros = 0;
  /** The latest of each replica. */
  private readonly answers = new Map<NodeId, ReplicaAnswer>();
  private readonly waiting = new Set<NodeId>();
  private readonly refusing = new Set<NodeId>();
  /** The first value that was told behind each entry. */
  private readonly values = new Map<LogIndex, { readonly node: NodeId; readonly value: Uint8Array | undefined }>();
  difference: Difference | undefined;

  /** @param bound the entry that a W=3 write is; of a read it is found out */
  constructor(goal: PollGoal, nowUs: Micros, bound?: LogIndex) {
    this.level = goal;
    this.roundUs = nowUs;
    this.boundIndex = bound;
  }

  get goal(): PollGoal {
    return this.level;
  }

  get bound(): LogIndex | undefined {
    return this.boundIndex;
  }

  /** Asked, and never heard of. */
  get silent(): readonly NodeId[] {
    return [...this.waiting].filter((node) => !this.answers.has(node));
  }

  asked(node: NodeId): void {
    this.waiting.add(node);
    this.refusing.delete(node);
  }

  refused(node: NodeId): void {
    this.waiting.delete(node);
    this.refusing.add(node);
  }

  /** Those who refused, or are silent, may be asked once more. */
  nextRound(nowUs: Micros): void {
    this.roundUs = nowUs;
    this.refusing.clear();
    this.waiting.clear();
  }

  heard(nowUs: Micros, node: NodeId, answer: ReplicaAnswer): void {
    this.waiting.delete(node);
    this.refusing.delete(node);
    // An earlier answer that was slower says less.
    if (answer.appliedIndex >= (this.answers.get(node)?.appliedIndex ?? 0)) this.answers.set(node, answer);
    if (answer.type === 'ReplicaValue') this.compare(node, answer);
    if (this.boundIndex !== undefined || !(this.level === 'all' ? this.hasAll() : this.hasQuorum())) return;
    this.boundIndex = this.lastIndexOfVoters();
    this.boundUs = nowUs;
  }

  /** R=3 makes do with a majority. */
  lower(nowUs: Micros): void {
    this.level = 'quorum';
    if (this.boundIndex !== undefined || !this.hasQuorum()) return;
    this.boundIndex = this.lastIndexOfVoters();
    this.boundUs = nowUs;
  }

  /** What the read is answered with, or the word that W=3 waits for; undefined: not yet. */
  get result(): PollResult | undefined {
    const { boundIndex, level } = this;
    if (boundIndex === undefined) return undefined;
    const fresh = [...this.answers].flatMap(([node, answer]) =>
      answer.type === 'ReplicaValue' && answer.appliedIndex >= boundIndex ? [{ node, answer }] : [],
    );
    if (level !== 'quorum' && !this.voters.every((voter) => fresh.some(({ node }) => node === voter))) return undefined;
    if (level !== 'quorum' && !this.hasAll()) return undefined;
    const [first, ...others] = fresh;
    if (first === undefined) return undefined;
    const { node, answer } = others.reduce(
      (best, each) => (each.answer.appliedIndex > best.answer.appliedIndex ? each : best),
      first,
    );
    const { voters } = this;
    return { node, answer, heard: this.heardVoters.length, voters: voters.length };
  }

  /** Whom to ask now: voters that are not known to be far enough, and have neither been asked nor refused. @param others asked before anybody has answered */
  next(others: readonly NodeId[]): readonly NodeId[] {
    const { boundIndex = Number.POSITIVE_INFINITY } = this;
    const known = this.answers.size === 0 ? others : [...new Set([...this.voters, ...others])];
    return known.filter((node) => {
      if (this.waiting.has(node) || this.refusing.has(node)) return false;
      const answer = this.answers.get(node);
      if (answer === undefined) return true;
      return this.boundIndex !== undefined && answer.appliedIndex < boundIndex && this.voters.includes(node);
    });
  }

  /** No answer that could bring it further is on its way. */
  get isStuck(): boolean {
    return this.waiting.size === 0;
  }

  /** A voter has refused: R=3 cannot have all. */
  get lacksVoter(): boolean {
    return this.voters.some((voter) => this.refusing.has(voter));
  }

  /** Voters that have answered, ascending. */
  get heardVoters(): readonly NodeId[] {
    return this.voters.filter((voter) => this.answers.has(voter));
  }

  /** W=3: those of whom it is not known that they have applied the entry, ascending. */
  missing(others: readonly NodeId[]): readonly NodeId[] {
    const { boundIndex = Number.POSITIVE_INFINITY } = this;
    const all = this.answers.size === 0 ? others : this.voters;
    return all.filter((node) => (this.answers.get(node)?.appliedIndex ?? -1) < boundIndex).sort((a, b) => a - b);
  }

  /** Those whose majorities are needed: the newest that is known to be committed, and all that may yet be. */
  private get configurations(): readonly Configuration[] {
    const answers = [...this.answers.values()];
    const committed = answers.map(({ configurationIndex, commitIndex }) =>
      configurationIndex <= commitIndex ? configurationIndex : 0,
    );
    const newest = Math.max(0, ...committed);
    return answers
      .filter(({ configurationIndex }) => configurationIndex >= newest)
      .map(({ configuration }) => configuration);
  }

  /** Of all of these, ascending. */
  private get voters(): readonly NodeId[] {
    return [...new Set(this.configurations.flatMap(votersOf))].sort((a, b) => a - b);
  }

  private hasQuorum(): boolean {
    const { configurations } = this;
    return (
      configurations.length > 0 && configurations.every((each) => isQuorum(each, (node) => this.counts(each, node)))
    );
  }

  private hasAll(): boolean {
    const { configurations } = this;
    return (
      configurations.length > 0 &&
      configurations.every((each) => votersOf(each).every((node) => this.counts(each, node)))
    );
  }

  /** It has answered, and is the replica that the configuration means. */
  private counts(configuration: Configuration, node: NodeId): boolean {
    const answer = this.answers.get(node);
    const meant = replicaIdOf(configuration, node);
    return answer !== undefined && (meant === 0 || meant === answer.replicaId);
  }

  /** The uncommitted tails as well: what is committed already, and known to nobody who was asked, is in one of them. */
  private lastIndexOfVoters(): LogIndex {
    return this.voters.reduce((last, node) => Math.max(last, this.answers.get(node)?.lastIndex ?? 0), 0);
  }

  private compare(node: NodeId, { appliedIndex, value }: ReplicaValue): void {
    const first = this.values.get(appliedIndex);
    if (first === undefined) {
      this.values.set(appliedIndex, { node, value });
      return;
    }
    const isEqual =
      value === undefined || first.value === undefined ? value === first.value : compareBytes(value, first.value) === 0;
    if (!isEqual) this.difference ??= { index: appliedIndex, nodes: [first.node, node].sort((a, b) => a - b) };
  }
}
