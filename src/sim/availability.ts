import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { isQuorum, replicaIdOf, votersOf } from '../core/raft/configuration.ts';
import { FOLLOWED, follow, forgetRoles, type GroupShadow } from './group-shadow.ts';
import { Soundness } from './soundness.ts';
import { SplitVotes } from './split-votes.ts';

/** A shard took nothing for too long, although these voters could have gone on without all others. */
export interface Outage {
  readonly shard: ShardId;
  readonly majority: readonly NodeId[];
  readonly fromUs: Micros;
  /** It lasted at least until here. */
  readonly toUs: Micros;
}

const NEVER: Micros = Number.POSITIVE_INFINITY;

interface Service extends GroupShadow {
  /** Undefined: it serves. */
  refusesSinceUs: Micros | undefined;
  readonly splits: SplitVotes;
  /** This refusal has been told of. */
  isTold: boolean;
}

/** So many upper election timeouts are enough for a majority to find a leader that commits. */
const TIMEOUTS = 3;
/** So many times as many where only luck bounds an election. With a fifth of all messages lost the longest of 150 seeds was 3 × 3. */
const UNLUCKY_FACTOR = 7;
/** A vote is on two disks, one after the other, before it counts; on each it waits for a log write, a slice of a table and its own. */
const WRITES_PER_VOTE = 6;
/** A write may take so much longer than its usual time. */
const WRITE_TIME_MAX = 1.25;

/**
 * That no shard refuses service for longer than three upper election timeouts while a majority of its voters could serve, whatever moves, whoever else
 * comes, goes or dies. From what the nodes report alone; the meta group is judged like the shards.
 *
 * **A shard serves** while a replica leads it that is part of such a majority, hands nothing over, and has committed all of its own log: there is nothing
 * that anybody waits for. It also serves at each moment at which its leader commits. At all other moments it **refuses**: nobody leads it, or
 * whoever leads cannot reach a majority, or stands still behind an entry that was proposed (each new leader proposes one), or takes none because
 * it hands over. Back-pressure (`Busy`) is no refusal, nor is what is committed and waits for a storage engine that flushes: moves have no part in either.
 *
 * **A majority could serve** while each of it has an open replica of the very number that the configuration names (a blank one counts for nothing), runs,
 * is not frozen and has a sound disk, and no link between two of them, in either direction, is cut or delays messages by order. It must be a majority of
 * the committed configuration and of each later one that the log of one of them holds: where a change of voters is under way nobody can know that it did
 * not happen. It is one and the same majority from the beginning to the end of the time that is counted; all others may come, go and flap.
 *
 * Raft's timing requirement (§5.6) is part of it: where messages are lost by order (none of an election is sent twice), or where the run's disks are so
 * slow that a vote takes longer than the shortest election timeout, only luck bounds an election, and seven times as much is allowed. A split vote is bad luck
 * as well: for each one more upper election timeout is allowed, and never more than those seven times.
 * What counts is the time of the world; a node's clock may be as slow as the run allows.
 */
export class Availability {
  private readonly groups = new Map<ShardId, Service>();
  private readonly soundness: Soundness;
  private readonly boundUs: Micros;
  private readonly isTimely: boolean;
  /** Of all refusals that a majority could have ended without luck, the longest so far, as far as they may last. */
  longestUs: Micros = 0;
  /** How often a shard ceased to serve. */
  refusals = 0;

  constructor({ limits, clocks, network, disk }: Pick<RunConfig, 'limits' | 'clocks' | 'network' | 'disk'>) {
    const { electionTimeoutUsMin, electionTimeoutUsMax } = limits;
    this.boundUs = (TIMEOUTS * electionTimeoutUsMax) / (1 - clocks.rateErrorPpmMax / 1e6);
    const voteUs = WRITES_PER_VOTE * WRITE_TIME_MAX * disk.syncUs + 2 * (network.delayUs + network.jitterUs);
    this.isTimely = voteUs <= electionTimeoutUsMin;
    this.soundness = new Soundness(network);
  }

  observe(event: TraceEvent): readonly Outage[] {
    const { timeUs } = event;
    if (this.soundness.concerns(event)) {
      const outages = this.end(timeUs);
      this.soundness.observe(event);
      for (const group of this.groups.values()) {
        if (event.type === 'NodeStarted') forgetRoles(group, event.node);
        if (event.type === 'DiskWiped') group.replicas.delete(event.node);
        this.assess(group, timeUs);
      }
      return outages;
    }
    if (!('shard' in event) || !('node' in event) || !FOLLOWED.has(event.type)) return [];
    const group = this.group(event.shard);
    const outage = this.judge(event.shard, group, timeUs);
    if (event.type === 'RoleChanged') {
      const { term, node, role } = event;
      if (role === 'candidate') group.splits.stands(term, node, timeUs);
      if (role === 'leader') group.splits.won(term);
    }
    if (follow(group, event) && group.refusesSinceUs !== undefined) {
      group.refusesSinceUs = timeUs;
      group.isTold = false;
    }
    this.assess(group, timeUs);
    return outage === undefined ? [] : [outage];
  }

  /** Refusals that last still. */
  end(timeUs: Micros): readonly Outage[] {
    return [...this.groups].flatMap(([shard, group]) => this.judge(shard, group, timeUs) ?? []);
  }

  private judge(shard: ShardId, group: Service, timeUs: Micros): Outage | undefined {
    const { refusesSinceUs } = group;
    if (refusesSinceUs === undefined || group.isTold || timeUs - refusesSinceUs <= this.longestUs) return undefined;
    const unluckyUs = this.boundUs * UNLUCKY_FACTOR;
    let outage: Outage | undefined;
    for (const majority of this.majorities(group)) {
      const openUs = Math.max(refusesSinceUs, ...majority.map((node) => group.replicas.get(node)?.sinceUs ?? 0));
      const timelyUs = this.isTimely ? Math.max(openUs, this.soundness.losslessSinceUs(majority)) : NEVER;
      const allowedUs = Math.min(
        unluckyUs,
        this.boundUs * (1 + group.splits.countSince(timelyUs, majority) / TIMEOUTS),
      );
      const connectedUs = Math.max(openUs, this.soundness.sinceUs(majority));
      this.longestUs = Math.max(this.longestUs, Math.min(timeUs - timelyUs, this.boundUs));
      const of = { shard, majority, toUs: timeUs };
      if (timeUs - timelyUs > allowedUs) outage ??= { ...of, fromUs: timelyUs };
      else if (timeUs - connectedUs > unluckyUs) outage ??= { ...of, fromUs: connectedUs };
    }
    group.isTold = outage !== undefined;
    return outage;
  }

  private assess(group: Service, timeUs: Micros): void {
    if (this.serves(group)) {
      group.refusesSinceUs = undefined;
      group.isTold = false;
      return;
    }
    if (group.refusesSinceUs === undefined) this.refusals++;
    group.refusesSinceUs ??= timeUs;
  }

  private serves(group: Service): boolean {
    for (const [node, { leads, hasCommitted, lastIndex, commitIndex, handsOver }] of group.replicas) {
      if (!leads || !hasCommitted || handsOver || commitIndex < lastIndex || !this.soundness.isSound(node)) continue;
      if (this.majorities(group).some((majority) => majority.includes(node))) return true;
    }
    return false;
  }

  /** Every set of voters that could serve now. */
  private majorities({ replicas, committed }: GroupShadow): readonly (readonly NodeId[])[] {
    if (committed === undefined) return [];
    const { configuration, index } = committed;
    const voters = votersOf(configuration);
    const later = [...replicas.values()].flatMap(({ configurations }) =>
      configurations.filter((each) => each.index > index).map((each) => each.configuration),
    );
    const candidates = [...new Set([...voters, ...later.flatMap(votersOf)])].filter((node) => {
      const replica = replicas.get(node);
      if (replica === undefined || !this.soundness.isSound(node)) return false;
      const named = replicaIdOf(configuration, node);
      return named === 0 || replica.replicaId === 0 || named === replica.replicaId;
    });
    return cliques(candidates, (a, b) => this.soundness.areConnected(a, b)).filter((members) => {
      const known = members.flatMap((node) =>
        (replicas.get(node)?.configurations ?? []).filter((each) => each.index > index),
      );
      return [committed, ...known].every((each) => isQuorum(each.configuration, (node) => members.includes(node)));
    });
  }

  private group(shard: ShardId): Service {
    let group = this.groups.get(shard);
    if (group === undefined) {
      const splits = new SplitVotes();
      group = { replicas: new Map(), committed: undefined, refusesSinceUs: undefined, isTold: false, splits };
      this.groups.set(shard, group);
    }
    return group;
  }
}

/** All sets of nodes of which each two are connected. */
function cliques(
  nodes: readonly NodeId[],
  areConnected: (a: NodeId, b: NodeId) => boolean,
): readonly (readonly NodeId[])[] {
  let found: (readonly NodeId[])[] = [[]];
  for (const node of nodes) {
    const larger = found.filter((members) => members.every((member) => areConnected(member, node)));
    found = [...found, ...larger.map((members) => [...members, node])];
  }
  return found;
}

/** As it is told where it breaks a rule. */
export const outageText = ({ shard, majority, fromUs, toUs }: Outage): string =>
  `${shardName(shard)} refused service from ${fromUs / 1e6} s to ${toUs / 1e6} s, although ${majority.map((node) => `n${node}`).join(' ')} could have served`;
