import type { LogIndex, NodeId, ShardId, Term } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import {
  type Configuration,
  configurationText,
  decodeConfiguration,
  isJoint,
  isQuorum,
  isVoter,
  replicaIdOf,
} from '../core/raft/configuration.ts';
import { leaveJoint, sameConfiguration } from '../core/raft/configuration-change.ts';
import type { Entry } from '../core/raft/entry.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

interface Placed {
  /** Of its entry, or of the log's base. */
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

interface ReplicaShadow {
  /** What its log says, ascending; the first is the one at the log's base. */
  placed: readonly Placed[];
  /** Who granted it a vote in `term`. */
  votes: { readonly term: Term; readonly from: ReadonlySet<NodeId> };
}

/** What a shard's replicas have committed of configurations, without a gap. */
interface Committed {
  /** The first one is in force at `fromIndex`. */
  readonly placed: readonly Placed[];
  readonly fromIndex: LogIndex;
  readonly toIndex: LogIndex;
}

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

const NO_VOTES: ReplicaShadow['votes'] = { term: 0, from: new Set() };

/**
 * Who takes part in each group, by what each log says, from what the nodes report: a replica goes by the latest configuration in its own log
 * (dissertation §4.1), over truncation, compaction, snapshots and restarts; voters change only through a joint configuration (§4.3); and whoever
 * leads has the votes of a majority, while joint of either configuration.
 */
export class ConfigurationInvariants {
  private readonly replicas = new Map<string, ReplicaShadow>();
  private readonly shards = new Map<ShardId, Committed>();
  private readonly tally: InvariantTally;

  /** @param tally is told how often each rule was judged */
  constructor(tally = new InvariantTally()) {
    this.tally = tally;
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'ReplicaRecovered':
        return this.recovered(event);
      case 'EntriesAppended':
        return this.appended(event);
      case 'SnapshotInstalled':
        return this.installed(event);
      case 'CommitAdvanced':
        this.committed(event);
        return undefined;
      case 'ReplicaDropped':
        return this.dropped(event);
      case 'ConfigurationChanged':
        return this.goesBy(event.shard, event.node, event.configuration);
      case 'VoteReceived':
        if (event.granted && !event.preVote) this.count(event);
        return undefined;
      case 'RoleChanged':
        return event.role === 'leader' ? this.elected(event) : undefined;
      default:
        return undefined;
    }
  }

  /** In force on this node; undefined: it has reported nothing yet. */
  inForce(shard: ShardId, node: NodeId): Configuration | undefined {
    return this.replica(shard, node).placed.at(-1)?.configuration;
  }

  private recovered(event: Of<'ReplicaRecovered'>): Violation | undefined {
    const { shard, node, baseIndex, baseConfiguration, entries, configuration } = event;
    const replica = this.replica(shard, node);
    replica.placed = [{ index: baseIndex, configuration: baseConfiguration }, ...placedIn(entries)];
    replica.votes = NO_VOTES;
    return (
      this.begins(shard, node, baseIndex, baseConfiguration) ??
      unsafeStep(node, replica.placed) ??
      this.goesBy(shard, node, configuration)
    );
  }

  private installed({ shard, node, index, configuration }: Of<'SnapshotInstalled'>): Violation | undefined {
    this.replica(shard, node).placed = [{ index, configuration }];
    return this.begins(shard, node, index, configuration);
  }

  /** The configuration at the base of a log is the one that was committed there. */
  private begins(
    shard: ShardId,
    node: NodeId,
    baseIndex: LogIndex,
    configuration: Configuration,
  ): Violation | undefined {
    const committed = this.shards.get(shard);
    // Whoever comes later learns from a snapshot with whom the group began.
    if (configuration.voters.length === 0) return undefined;
    if (committed === undefined || baseIndex < committed.fromIndex || baseIndex > committed.toIndex) return undefined;
    const known = committed.placed.findLast(({ index }) => index <= baseIndex)?.configuration;
    if (known === undefined || sameConfiguration(known, configuration)) return undefined;
    return violation(
      `the log of n${node} begins behind ${baseIndex} with ${configurationText(configuration)}: there it was ${configurationText(known)}`,
    );
  }

  private committed({ shard, node, commitIndex }: Of<'CommitAdvanced'>): void {
    const { placed } = this.replica(shard, node);
    const first = placed[0];
    if (first === undefined) return;
    const known = this.shards.get(shard) ?? { placed: [first], fromIndex: first.index, toIndex: first.index };
    // A log that begins behind what is known leaves a gap that it cannot fill.
    if (commitIndex <= known.toIndex || first.index > known.toIndex) return;
    const fresh = placed.filter(({ index }) => index > known.toIndex && index <= commitIndex);
    const all = fresh.length === 0 ? known.placed : [...known.placed, ...fresh];
    this.shards.set(shard, { placed: all, fromIndex: known.fromIndex, toIndex: commitIndex });
  }

  private appended({ shard, node, truncatedFrom, entries }: Of<'EntriesAppended'>): Violation | undefined {
    const replica = this.replica(shard, node);
    if (truncatedFrom > 0) replica.placed = replica.placed.filter(({ index }) => index < truncatedFrom);
    const fresh = placedIn(entries);
    if (fresh.length === 0) return undefined;
    const before = replica.placed.slice(-1);
    replica.placed = [...replica.placed, ...fresh];
    return unsafeStep(node, [...before, ...fresh]);
  }

  private goesBy(shard: ShardId, node: NodeId, configuration: Configuration): Violation | undefined {
    const latest = this.inForce(shard, node);
    this.tally.judged('Configuration');
    if (latest === undefined || sameConfiguration(latest, configuration)) return undefined;
    return violation(
      `n${node} goes by ${configurationText(configuration)}, and its log says ${configurationText(latest)}`,
    );
  }

  /** A learner may go before its group knows that its move was undone: it counts for nothing. Whoever counts a replica that is gone waits for it for ever; or takes the next one on that node for it. */
  private dropped({ shard, node, replicaId }: Of<'ReplicaDropped'>): Violation | undefined {
    const latest = this.shards.get(shard)?.placed.at(-1)?.configuration;
    this.tally.judged('Configuration');
    if (latest === undefined || !isVoter(latest, node) || replicaIdOf(latest, node) !== replicaId) return undefined;
    return violation(`n${node} deletes its replica of a group that has ${configurationText(latest)}`);
  }

  private count({ shard, node, from, term }: Of<'VoteReceived'>): void {
    const replica = this.replica(shard, node);
    const others = replica.votes.term === term ? replica.votes.from : [];
    replica.votes = { term, from: new Set([...others, from]) };
  }

  private elected({ shard, node, term }: Of<'RoleChanged'>): Violation | undefined {
    const { votes } = this.replica(shard, node);
    const configuration = this.inForce(shard, node);
    if (configuration === undefined) return undefined;
    this.tally.judged('ElectionQuorum');
    if (votes.term === term && isQuorum(configuration, (voter) => votes.from.has(voter))) return undefined;
    const by = votes.term === term ? [...votes.from].map((voter) => `n${voter}`).join(' ') : 'nobody';
    return {
      invariant: 'ElectionQuorum',
      detail: `n${node} leads term ${term} by the votes of ${by}: no majority of ${configurationText(configuration)}`,
    };
  }

  private replica(shard: ShardId, node: NodeId): ReplicaShadow {
    const key = `${shard}/${node}`;
    let known = this.replicas.get(key);
    if (known === undefined) {
      known = { placed: [], votes: NO_VOTES };
      this.replicas.set(key, known);
    }
    return known;
  }
}

const placedIn = (entries: readonly Entry[]): readonly Placed[] =>
  entries
    .filter(({ kind }) => kind === 'configuration')
    .map(({ index, command }) => ({ index, configuration: decodeConfiguration(command) }));

/** From one to the next in a log either only learners change, or a joint configuration is entered, or it is left. */
function unsafeStep(node: NodeId, placed: readonly Placed[]): Violation | undefined {
  for (const [at, { index, configuration }] of placed.entries()) {
    const before = placed[at - 1]?.configuration;
    if (before === undefined || before.voters.length === 0 || isSafeStep(before, configuration)) continue;
    const step = `${configurationText(before)} to ${configurationText(configuration)}`;
    return violation(`entry ${index} on n${node} goes from ${step} without both majorities`);
  }
  return undefined;
}

function isSafeStep(before: Configuration, next: Configuration): boolean {
  if (isJoint(before)) return sameConfiguration(next, leaveJoint(before));
  const old = isJoint(next) ? next.votersOutgoing : next.voters;
  return old.join() === before.voters.join();
}

const violation = (detail: string): Violation => ({ invariant: 'Configuration', detail });
