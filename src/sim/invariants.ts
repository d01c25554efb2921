import { must } from '../core/base/assert.ts';
import { murmur3Bytes } from '../core/base/hash.ts';
import type { LogIndex, NodeId, ShardId, Term } from '../core/base/ids.ts';
import { isWritten, type Outcome } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type Configuration, configurationText, isQuorum } from '../core/raft/configuration.ts';
import type { Entry } from '../core/raft/entry.ts';
import { ConfigurationInvariants } from './configuration-invariants.ts';
import { DamagedReplicas } from './damaged-replicas.ts';
import { DialInvariants } from './dial-invariants.ts';
import { InvariantTally } from './invariant-tally.ts';
import { ReadInvariant } from './read-invariant.ts';
import { ReadStateInvariant } from './read-state-invariant.ts';
import { RingEpochInvariant } from './ring-epoch-invariant.ts';
import { VoteInvariants } from './vote-invariants.ts';

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/** Undefined: of an entry that no log held any more when the checker began. */
type KnownTerm = Term | undefined;

interface ReplicaShadow {
  /** Its log begins behind this entry. */
  baseIndex: LogIndex;
  /** Term of each entry, also of those that the log no longer holds; index 1 sits at position 0. */
  readonly terms: KnownTerm[];
  role: string;
  term: Term;
  commitIndex: LogIndex;
  /** Last index whose record is on this node's disk. */
  durableIndex: LogIndex;
  lastApplied: LogIndex;
}

interface ShardShadow {
  readonly tally: InvariantTally;
  readonly replicas: Map<NodeId, ReplicaShadow>;
  /** How far what is known to be committed was on the disk of a node's earlier replica when it was deleted: that one may have acknowledged all of it. */
  readonly deleted: Map<NodeId, LogIndex>;
  readonly leaderOfTerm: Map<Term, NodeId>;
  /** By (index, term): the entry's hash and the term before it, the same in every log. */
  readonly entries: Map<number, { readonly hash: number; readonly prevTerm: Term }>;
  readonly committedTerms: KnownTerm[];
  /** How far leaders of each term have committed. */
  readonly committedIn: Map<Term, LogIndex>;
  /** By index: what every replica must have come to. */
  readonly applied: Map<LogIndex, { readonly stateHash: number; readonly keys: number }>;
  /** What they come to is not held against them. */
  readonly damaged: ReadonlySet<NodeId>;
  /** No replica's log holds anything up to here: of that nothing more can be told, and `entries` and `applied` forget it. */
  forgotten: LogIndex;
}

const TERM_LIMIT = 1_000_000;
/** What no log holds any more is forgotten so many entries at a time. */
const FORGOTTEN_AT_ONCE = 1000;

/**
 * Raft's five safety properties (Figure 3) and what they rest on, checked incrementally after every event from what the nodes report. The
 * checker keeps its own copy of every log; a report that does not fit it is a violation as well.
 */
export class InvariantChecker {
  private readonly shards = new Map<ShardId, ShardShadow>();
  private readonly tally: InvariantTally;
  private readonly votes: VoteInvariants;
  private readonly configurations: ConfigurationInvariants;
  private readonly reads: ReadInvariant;
  private readonly dial: DialInvariants;
  private readonly states: ReadStateInvariant;
  private readonly epochs: RingEpochInvariant;
  private readonly damaged: DamagedReplicas;
  /** How many reports were checked: a checker that examined nothing has proven nothing. */
  examined = 0;

  /** @param tally is told how often each rule was judged */
  constructor(tally = new InvariantTally()) {
    this.tally = tally;
    this.votes = new VoteInvariants(tally);
    this.configurations = new ConfigurationInvariants(tally);
    this.reads = new ReadInvariant(tally);
    this.dial = new DialInvariants(tally);
    this.epochs = new RingEpochInvariant(tally);
    this.damaged = new DamagedReplicas(tally);
    this.states = new ReadStateInvariant(tally, this.damaged);
  }

  /** Entries and states that it holds to compare others with. It does not grow where logs are trimmed. */
  get remembered(): number {
    return [...this.shards.values()].reduce((sum, { entries, applied }) => sum + entries.size + applied.size, 0);
  }

  /** That a replica goes by; undefined: it has not told. */
  configurationOf(shard: ShardId, node: NodeId): Configuration | undefined {
    return this.configurations.inForce(shard, node);
  }

  check(event: TraceEvent): Violation | undefined {
    // Each keeps account of every event, whatever the others find.
    const ofConfigurations = this.configurations.check(event);
    const ofVotes = this.votes.check(event);
    const ofReads = this.reads.check(event);
    const ofDial = this.dial.check(event);
    const ofStates = this.states.check(event);
    const ofEpochs = this.epochs.check(event);
    const ofDamage = this.damaged.check(event);
    return (
      this.checkLogs(event) ?? ofVotes ?? ofConfigurations ?? ofReads ?? ofDial ?? ofStates ?? ofEpochs ?? ofDamage
    );
  }

  private checkLogs(event: TraceEvent): Violation | undefined {
    if (event.type === 'OperationCompleted') return this.acknowledged(event.outcome);
    if (!('shard' in event) || !('node' in event)) return undefined;
    const shadow = this.shard(event.shard);
    this.examined++;
    switch (event.type) {
      case 'ReplicaCreated':
      case 'ReplicaDropped':
        remember(shadow, event.node);
        // Another replica than the one that was there: of what that one held it knows nothing.
        shadow.replicas.delete(event.node);
        return undefined;
      case 'ReplicaRecovered':
        return this.recovered(shadow, event.node, event);
      case 'RoleChanged':
        return this.roleChanged(shadow, event.node, event);
      case 'EntriesAppended':
        return this.appended(shadow, event.node, event.truncatedFrom, event.entries);
      case 'LogCompacted':
        return compacted(shadow, event.node, event.baseIndex);
      case 'SnapshotInstalled':
        return installed(shadow, event.node, event);
      case 'StateRestored':
        return restored(shadow, event.node, event);
      case 'EntriesPersisted':
        replica(shadow, event.node).durableIndex = event.lastIndex;
        return undefined;
      case 'CommitAdvanced':
        return this.committed(shadow, event.shard, event.node, event.commitIndex);
      case 'EntryApplied':
        return this.applied(shadow, event.node, event);
      default:
        return undefined;
    }
  }

  private recovered(
    shadow: ShardShadow,
    node: NodeId,
    event: {
      readonly term: Term;
      readonly baseIndex: LogIndex;
      readonly baseTerm: Term;
      readonly stateHash: number;
      readonly keys: number;
      readonly isDamaged?: true;
      readonly entries: readonly Entry[];
      readonly commitIndex: LogIndex;
      readonly appliedIndex: LogIndex;
    },
  ): Violation | undefined {
    const before = shadow.replicas.get(node);
    // Whoever committed that did so in this term or before.
    const inTerm = shadow.committedIn.get(event.term) ?? 0;
    shadow.committedIn.set(event.term, Math.max(inTerm, event.commitIndex));
    const { baseIndex, baseTerm } = event;
    if (before !== undefined && before.terms.length < baseIndex)
      return violation('Durability', `n${node} recovered a log that begins behind ${baseIndex}, which it never held`);
    const terms: KnownTerm[] = (before?.terms ?? shadow.committedTerms).slice(0, baseIndex);
    terms.length = baseIndex;
    if (baseIndex > 0) terms[baseIndex - 1] = baseTerm;
    for (const { term } of event.entries) terms.push(term);
    shadow.replicas.set(node, {
      baseIndex,
      terms,
      role: 'follower',
      term: event.term,
      commitIndex: event.commitIndex,
      durableIndex: terms.length,
      lastApplied: event.appliedIndex,
    });
    if (before !== undefined) {
      this.tally.judged('Durability');
      const kept = before.terms.slice(0, before.durableIndex);
      if (kept.length > terms.length || kept.some((term, i) => !isSame(term, terms[i])))
        return violation('Durability', `n${node} lost entries that were on its disk`);
    }
    if (event.commitIndex > terms.length)
      return violation('LogMatching', `n${node} recovered commit ${event.commitIndex} above its log`);
    if (event.appliedIndex > event.commitIndex)
      return violation('MonotoneApplied', `n${node} recovered ${event.appliedIndex} applied of ${event.commitIndex}`);
    if (event.term < (terms.at(-1) ?? 0))
      return violation('MonotoneTerm', `n${node} recovered in term ${event.term}, below that of its last entry`);
    const { appliedIndex, stateHash, keys } = event;
    return (
      this.matching(shadow, node, baseIndex + 1, event.entries) ??
      agreed(shadow, node, terms, Math.max(baseIndex, 1), event.commitIndex) ??
      (appliedIndex > 0 && event.isDamaged !== true ? compare(shadow, node, appliedIndex, stateHash, keys) : undefined)
    );
  }

  private roleChanged(
    shadow: ShardShadow,
    node: NodeId,
    event: { readonly role: string; readonly term: Term },
  ): Violation | undefined {
    const state = replica(shadow, node);
    this.tally.judged('MonotoneTerm');
    if (event.term < state.term)
      return violation('MonotoneTerm', `n${node} went from term ${state.term} to ${event.term}`);
    state.role = event.role;
    state.term = event.term;
    return event.role === 'leader' ? this.elected(shadow, node, event.term, state) : undefined;
  }

  private elected(shadow: ShardShadow, node: NodeId, term: Term, state: ReplicaShadow): Violation | undefined {
    this.tally.judged('ElectionSafety');
    const other = shadow.leaderOfTerm.get(term);
    if (other !== undefined && other !== node)
      return violation('ElectionSafety', `n${other} and n${node} both lead term ${term}`);
    shadow.leaderOfTerm.set(term, node);
    // Of a candidate that stood still the votes may come when others have led later terms: what those committed it need not have.
    let last = 0;
    for (const [earlier, index] of shadow.committedIn) if (earlier < term) last = Math.max(last, index);
    if (last > 0) this.tally.judged('LeaderCompleteness');
    // With log matching, the last committed entry stands for all before it.
    const has = state.terms.length >= last && isSame(state.terms[last - 1], shadow.committedTerms[last - 1]);
    if (last > 0 && !has) {
      return violation('LeaderCompleteness', `n${node} leads term ${term} without committed entry ${last}`);
    }
    return undefined;
  }

  private appended(
    shadow: ShardShadow,
    node: NodeId,
    truncatedFrom: LogIndex,
    entries: readonly Entry[],
  ): Violation | undefined {
    const state = replica(shadow, node);
    if (state.role === 'leader') this.tally.judged('LeaderAppendOnly');
    if (truncatedFrom > 0) {
      this.tally.judged('StateMachineSafety');
      if (state.role === 'leader')
        return violation('LeaderAppendOnly', `leader n${node} threw away entries from ${truncatedFrom}`);
      if (truncatedFrom <= state.commitIndex)
        return violation('StateMachineSafety', `n${node} truncated committed entry ${truncatedFrom}`);
      if (isCommitted(shadow, state, truncatedFrom))
        return violation('StateMachineSafety', `n${node} threw away entry ${truncatedFrom}, which others committed`);
      state.terms.length = Math.min(state.terms.length, truncatedFrom - 1);
      state.durableIndex = Math.min(state.durableIndex, truncatedFrom - 1);
    }
    const first = entries[0];
    if (first === undefined) return undefined;
    if (first.index !== state.terms.length + 1) {
      return violation('LogMatching', `n${node} appended ${first.index} after ${state.terms.length}`);
    }
    for (const entry of entries) state.terms.push(entry.term);
    return this.matching(shadow, node, first.index, entries);
  }

  /** Two logs that hold an entry of the same index and term hold the same entry and the same one before it; the rest is induction. */
  private matching(
    shadow: ShardShadow,
    node: NodeId,
    first: LogIndex,
    entries: readonly Entry[],
  ): Violation | undefined {
    const { terms } = replica(shadow, node);
    let prevTerm = first > 1 ? must(terms[first - 2], 'the term before what a log holds is known') : 0;
    for (const entry of entries) {
      if (entry.term < prevTerm)
        return violation('MonotoneTerm', `n${node} puts an entry of term ${entry.term} after one of term ${prevTerm}`);
      const key = entry.index * TERM_LIMIT + entry.term;
      const hash = murmur3Bytes(entry.command, entry.stampUs | 0);
      const known = shadow.entries.get(key);
      if (known !== undefined) this.tally.judged('LogMatching');
      if (known === undefined) {
        // A log on disk may begin earlier than it did in memory, and so with what is forgotten.
        if (entry.index > shadow.forgotten) shadow.entries.set(key, { hash, prevTerm });
      } else if (known.hash !== hash || known.prevTerm !== prevTerm) {
        return violation(
          'LogMatching',
          `entry ${entry.index} of term ${entry.term} on n${node} differs from another log`,
        );
      }
      prevTerm = entry.term;
    }
    return undefined;
  }

  private committed(shadow: ShardShadow, shard: ShardId, node: NodeId, commitIndex: LogIndex): Violation | undefined {
    const state = replica(shadow, node);
    this.tally.judged('MonotoneCommit');
    if (commitIndex < state.commitIndex)
      return violation('MonotoneCommit', `n${node} took commit back to ${commitIndex}`);
    if (commitIndex > state.terms.length)
      return violation('MonotoneCommit', `n${node} commits ${commitIndex} beyond its log`);
    const found = agreed(shadow, node, state.terms, state.commitIndex + 1, commitIndex);
    state.commitIndex = commitIndex;
    if (found !== undefined || state.role !== 'leader') return found;
    shadow.committedIn.set(state.term, commitIndex);
    const configuration = this.configurations.inForce(shard, node);
    if (configuration !== undefined) this.tally.judged('Durability');
    this.tally.judged('CommitRule');
    return (
      onQuorum(shadow, commitIndex, configuration) ??
      completeLeaders(shadow, commitIndex, state.term) ??
      ownTerm(shadow, node, commitIndex, state.term)
    );
  }

  /** A write that a client was told of is in the log for good: committed, so that every later leader has it. */
  private acknowledged(outcome: Outcome): Violation | undefined {
    if (outcome.status !== 'ok') return undefined;
    const { result, shard, node, term, index } = outcome;
    if (!isWritten(result)) return undefined;
    this.tally.judged('AcknowledgedWrites');
    if (this.shard(shard).committedTerms[index - 1] === term) return undefined;
    return violation(
      'AcknowledgedWrites',
      `n${node} acknowledged entry ${index} of term ${term}, which nobody committed`,
    );
  }

  private applied(
    shadow: ShardShadow,
    node: NodeId,
    { index, stateHash, keys }: { readonly index: LogIndex; readonly stateHash: number; readonly keys: number },
  ): Violation | undefined {
    const state = replica(shadow, node);
    this.tally.judged('MonotoneApplied');
    if (index !== state.lastApplied + 1)
      return violation('MonotoneApplied', `n${node} applied ${index} after ${state.lastApplied}`);
    if (index > state.commitIndex)
      return violation('StateMachineSafety', `n${node} applied uncommitted entry ${index}`);
    if (index > state.durableIndex)
      return violation('Durability', `n${node} applied ${index} before its own record was durable`);
    state.lastApplied = index;
    return compare(shadow, node, index, stateHash, keys);
  }

  private shard(shard: ShardId): ShardShadow {
    const known = this.shards.get(shard);
    if (known !== undefined) return known;
    const fresh: ShardShadow = {
      tally: this.tally,
      replicas: new Map(),
      deleted: new Map(),
      leaderOfTerm: new Map(),
      entries: new Map(),
      committedTerms: [],
      committedIn: new Map(),
      applied: new Map(),
      damaged: this.damaged.of(shard),
      forgotten: 0,
    };
    this.shards.set(shard, fresh);
    return fresh;
  }
}

function replica(shadow: ShardShadow, node: NodeId): ReplicaShadow {
  const known = shadow.replicas.get(node);
  if (known !== undefined) return known;
  const fresh = { baseIndex: 0, terms: [], role: 'follower', term: 0, commitIndex: 0, durableIndex: 0, lastApplied: 0 };
  shadow.replicas.set(node, fresh);
  return fresh;
}

/** Before a replica is deleted, or made on the empty disk of another: how far its disk held what some replica knows to be committed. */
function remember(shadow: ShardShadow, node: NodeId): void {
  const { terms = [], durableIndex = 0 } = shadow.replicas.get(node) ?? {};
  let index = Math.min(durableIndex, shadow.committedTerms.length);
  while (index > 0 && !isSame(terms[index - 1], shadow.committedTerms[index - 1])) index--;
  shadow.deleted.set(node, Math.max(index, shadow.deleted.get(node) ?? 0));
}

/**
 * What a leader commits is on the disks of a quorum of its configuration. A dead node's disk counts, and so does one from which the replica was deleted when
 * others had committed the entry already: a leader that stood still meanwhile hears of its acknowledgement only now.
 */
function onQuorum(
  shadow: ShardShadow,
  index: LogIndex,
  configuration: Configuration | undefined,
): Violation | undefined {
  if (configuration === undefined) return undefined;
  const term = shadow.committedTerms[index - 1];
  const holders = new Set<NodeId>();
  for (const [node, state] of shadow.replicas) {
    if (state.durableIndex >= index && isSame(state.terms[index - 1], term)) holders.add(node);
  }
  for (const [node, last] of shadow.deleted) if (last >= index) holders.add(node);
  if (isQuorum(configuration, (node) => holders.has(node))) return undefined;
  const of = configurationText(configuration);
  return violation('Durability', `entry ${index} is committed on ${holders.size} disks: no majority of ${of}`);
}

const isSame = (a: KnownTerm, b: KnownTerm): boolean => a === undefined || b === undefined || a === b;

/** What one replica, whose log has these terms, knows to be committed, no other knows to be anything else. */
function agreed(
  shadow: ShardShadow,
  node: NodeId,
  terms: readonly KnownTerm[],
  first: LogIndex,
  last: LogIndex,
): Violation | undefined {
  for (let index = first; index <= last; index++) {
    const term = terms[index - 1];
    const known = shadow.committedTerms[index - 1];
    if (known !== undefined) shadow.tally.judged('StateMachineSafety');
    shadow.committedTerms[index - 1] = known ?? term;
    if (!isSame(known, term))
      return violation(
        'StateMachineSafety',
        `entry ${index} is committed in term ${known} and, on n${node}, in term ${term}`,
      );
  }
  return undefined;
}

/** All replicas come to the same at the same applied index. */
function compare(
  shadow: ShardShadow,
  node: NodeId,
  index: LogIndex,
  stateHash: number,
  keys: number,
): Violation | undefined {
  if (shadow.damaged.has(node)) return undefined;
  const known = shadow.applied.get(index);
  if (known !== undefined) shadow.tally.judged('EqualAtIndex');
  if (known === undefined) {
    if (index > shadow.forgotten) shadow.applied.set(index, { stateHash, keys });
  } else if (known.stateHash !== stateHash)
    return violation('EqualAtIndex', `n${node} holds other data than a peer at applied index ${index}`);
  else if (known.keys !== keys)
    return violation('EqualAtIndex', `n${node} counts ${keys} live keys at ${index}, a peer ${known.keys}`);
  return undefined;
}

/** What a log forgets is applied there. */
function compacted(shadow: ShardShadow, node: NodeId, baseIndex: LogIndex): Violation | undefined {
  const state = replica(shadow, node);
  const { lastApplied } = state;
  shadow.tally.judged('Compaction');
  state.baseIndex = baseIndex;
  forget(shadow);
  if (baseIndex <= lastApplied) return undefined;
  return violation('Compaction', `n${node} forgot entries up to ${baseIndex} and applied ${lastApplied}`);
}

/** A snapshot holds what applying every entry up to its last one comes to, and what was applied does not go back. */
function restored(
  shadow: ShardShadow,
  node: NodeId,
  { index, term, stateHash, keys }: Extract<TraceEvent, { type: 'StateRestored' }>,
): Violation | undefined {
  const state = replica(shadow, node);
  shadow.tally.judged('Snapshot');
  if (index < state.lastApplied)
    return violation('Snapshot', `n${node} was repaired to ${index} and had applied ${state.lastApplied}`);
  if (shadow.committedTerms[index - 1] !== term)
    return violation('Snapshot', `n${node} was repaired with a snapshot of uncommitted entry ${index} of term ${term}`);
  const known = shadow.applied.get(index);
  const isSame = known?.stateHash === stateHash && known.keys === keys;
  if (index > shadow.forgotten && !isSame)
    return violation('Snapshot', `n${node} was repaired to ${index} with what is not what others applied`);
  state.lastApplied = index;
  return undefined;
}

/** A snapshot holds what applying every entry up to its last one comes to, and goes further than the replica was. */
function installed(
  shadow: ShardShadow,
  node: NodeId,
  event: { readonly index: LogIndex; readonly term: Term; readonly stateHash: number; readonly keys: number },
): Violation | undefined {
  const { index, term, stateHash, keys } = event;
  const state = replica(shadow, node);
  shadow.tally.judged('Snapshot');
  if (index <= state.commitIndex || state.role === 'leader')
    return violation('Snapshot', `n${node} took a snapshot of ${index} and had committed ${state.commitIndex}`);
  if (shadow.committedTerms[index - 1] !== term)
    return violation('Snapshot', `n${node} took a snapshot of uncommitted entry ${index} of term ${term}`);
  const known = shadow.applied.get(index);
  if (!shadow.damaged.has(node) && (known?.stateHash !== stateHash || known.keys !== keys))
    return violation('Snapshot', `n${node} took a snapshot of ${index} that is not what others applied`);
  state.durableIndex = Math.min(state.durableIndex, state.commitIndex);
  state.terms.length = 0;
  for (let at = 0; at < index; at++) state.terms.push(shadow.committedTerms[at]);
  state.baseIndex = index;
  state.commitIndex = index;
  state.lastApplied = index;
  forget(shadow);
  return undefined;
}

/** What no log holds any more. The state behind the last such entry stays: a log's owner may recover there. */
function forget(shadow: ShardShadow): void {
  const base = Math.min(...[...shadow.replicas.values()].map(({ baseIndex }) => baseIndex));
  if (base - 1 - shadow.forgotten < FORGOTTEN_AT_ONCE) return;
  shadow.forgotten = base - 1;
  for (const key of shadow.entries.keys()) if (key < base * TERM_LIMIT) shadow.entries.delete(key);
  for (const index of shadow.applied.keys()) if (index < base) shadow.applied.delete(index);
}

const isCommitted = (shadow: ShardShadow, { terms }: ReplicaShadow, index: LogIndex): boolean =>
  terms[index - 1] !== undefined && terms[index - 1] === shadow.committedTerms[index - 1];

/**
 * What leader completeness rests on (§5.4.2): a leader commits by counting replicas only as far as an entry of its own term. One of an earlier term
 * on a quorum may yet be overwritten by a leader of a term in between (Figure 8).
 */
function ownTerm(shadow: ShardShadow, node: NodeId, index: LogIndex, term: Term): Violation | undefined {
  const found = shadow.committedTerms[index - 1];
  if (found === undefined || found === term) return undefined;
  return violation('CommitRule', `n${node} leads term ${term} and commits up to entry ${index} of term ${found}`);
}

/** Leader completeness, where the commit comes after the election: whoever leads a later term has the entry already. */
function completeLeaders(shadow: ShardShadow, index: LogIndex, term: Term): Violation | undefined {
  for (const [node, state] of shadow.replicas) {
    if (state.role !== 'leader' || state.term <= term) continue;
    if (state.terms.length >= index && isSame(state.terms[index - 1], shadow.committedTerms[index - 1])) continue;
    return violation('LeaderCompleteness', `n${node} leads term ${state.term} without entry ${index} of term ${term}`);
  }
  return undefined;
}

const violation = (invariant: string, detail: string): Violation => ({ invariant, detail });
