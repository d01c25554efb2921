import type { Micros, NodeId, ShardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import { placementOf } from '../core/cluster/placement.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import { groupOf } from '../core/meta/meta-state.ts';
import type { EventualReport } from '../core/node/eventual/eventual-report.ts';
import type { StorageAnswer, StorageQuery } from '../core/node/storage-report.ts';
import { isJoint, votersOf } from '../core/raft/configuration.ts';
import type { EventualJudge, FinalRow } from './eventual-judge.ts';
import { type InProcessHosts, performRound, runUntil } from './in-process-host.ts';
import type { World } from './world.ts';

/**
 * After everything is healed, homes are compared with each other so often at most until all of them hold the same. A home compares with one other in a round: with three
 * of them what one holds is everywhere after three rounds; a copy, or hints that are handed over, may come first.
 */
export const ROUNDS_MAX = 8;

export interface EventualEnd {
  /** What is wrong with what homes hold, or with what they hold when their time is up, in words. */
  readonly violations: readonly string[];
  /** So many rounds of comparing it took until nothing was. */
  readonly rounds: number;
}

/**
 * Lets a run that is over go on until all homes of all keys hold the same, which takes them no more than `ROUNDS_MAX` rounds of comparing;
 * then until REPAIR of each shard has found their Merkle roots equal and purged what is dead, and judges them again.
 */
export function judgeEventual(
  judge: EventualJudge,
  world: World,
  hosts: InProcessHosts,
  config: RunConfig,
): EventualEnd {
  const ring = placementOf(config);
  const { checkIntervalUs, electionTimeoutUsMax } = config.limits;
  const roundUs = Math.max(1, checkIntervalUs);
  const judged = (): readonly string[] => {
    const homes = new HomeRows(world, hosts);
    return judge.keys.flatMap((name) => {
      const key = encodeUtf8(name);
      const shard = ring.shardOfKey(key);
      const rows = homes.rowsOf(shard, key);
      // The one exception to all promises: no disk of its homes is left.
      return rows === undefined ? [] : [...homes.incomplete(shard), ...judge.end(name, rows)];
    });
  };
  const goOn = (forUs: Micros): void => runUntil(world, hosts, world.nowUs + forUs, false);
  const told = (found: readonly string[], when: string): readonly string[] =>
    [...new Set(found)].map((text) => `${when}: ${text}`);
  let found = judged();
  let rounds = 0;
  for (; rounds < ROUNDS_MAX && found.length > 0; rounds++) {
    goOn(roundUs);
    found = judged();
  }
  if (found.length > 0) return { violations: told(found, `after ${rounds} rounds of comparing`), rounds };
  // What has died lately is left alone by a round of purging.
  goOn(ELECTION_TIMEOUTS_UNTIL_PURGED * electionTimeoutUsMax);
  const shards = shardsOf(new HomeRows(world, hosts), judge, ring);
  for (const { shard } of shards) {
    const action = { type: 'Check', shard, keyspace: 'eventual' } as const;
    world.act({ ...world.placeFor(world.nowUs), action });
  }
  const open = (): readonly string[] =>
    shards.flatMap(({ shard, deadUs }) => {
      const { up, isWhole } = new HomeRows(world, hosts).upOf(shard);
      return [
        ...(judge.rounds.areEqual(shard, up)
          ? []
          : [`no comparison found equal roots of ${shardName(shard)} everywhere`]),
        ...(!isWhole || judge.rounds.watermarkUs(shard) > deadUs ? [] : [`${shardName(shard)} was not purged`]),
      ];
    });
  const untilUs = world.nowUs + ELECTION_TIMEOUTS_REPAIRING * electionTimeoutUsMax;
  while (world.nowUs < untilUs && open().length > 0) goOn(electionTimeoutUsMax);
  return { violations: told([...open(), ...judged()], 'after REPAIR'), rounds };
}

/** So long a deed is left alone by purging, in upper election timeouts, and a little for clocks that differ. */
const ELECTION_TIMEOUTS_UNTIL_PURGED = 8;
/** More than a round of purging takes, until it is given up and until another one of the same order is. */
const ELECTION_TIMEOUTS_REPAIRING = 100;

interface RepairedShard {
  readonly shard: ShardId;
  /** The latest stamp of what is dead and can be purged now; -1: nothing is. */
  readonly deadUs: Micros;
}

/** Those of which anybody holds anything: of others nothing is compared. */
function shardsOf(
  homes: HomeRows,
  judge: EventualJudge,
  ring: ReturnType<typeof placementOf>,
): readonly RepairedShard[] {
  const rows = new Map<ShardId, FinalRow[]>();
  for (const name of judge.keys) {
    const key = encodeUtf8(name);
    const shard = ring.shardOfKey(key);
    const held = (homes.rowsOf(shard, key) ?? []).filter(({ row }) => row.length > 0);
    rows.set(shard, [...(rows.get(shard) ?? []), ...held]);
  }
  return [...rows].flatMap(([shard, held]) => {
    if (held.length === 0) return [];
    const dead = held.flatMap(({ row }) => row.filter(({ value }) => value === undefined));
    const deadUs = dead.flatMap(({ stamp, deadlineUs = 0 }) => (deadlineUs > stamp.wallUs ? [] : [stamp.wallUs]));
    return [{ shard, deadUs: Math.max(-1, ...deadUs) }];
  });
}

/** What homes hold now, as those of them that are up tell: a learner holds what it may. */
class HomeRows {
  private readonly world: World;
  private readonly hosts: InProcessHosts;
  private readonly reports = new Map<NodeId, EventualReport | undefined>();

  constructor(world: World, hosts: InProcessHosts) {
    this.world = world;
    this.hosts = hosts;
  }

  /** Undefined: no home is up, because nobody can open their disks any more. */
  rowsOf(shard: ShardId, key: Uint8Array): readonly FinalRow[] | undefined {
    const up = this.up(shard);
    if (up.length === 0) return undefined;
    return up.flatMap(({ node, report }): readonly FinalRow[] => {
      const replica = report.shards.find((each) => each.shard === shard);
      const answer = this.ask(node, { type: 'EventualRow', shard, key });
      if (replica === undefined || answer?.type !== 'EventualRow' || !('standing' in answer.held)) return [];
      const { row, standing, timeUs } = answer.held;
      const { watermarkUs } = replica;
      return row === undefined || standing !== 'complete' ? [] : [{ node, row, timeUs, watermarkUs }];
    });
  }

  /** Homes that do not hold all of the shard yet, in words. */
  incomplete(shard: ShardId): readonly string[] {
    return this.up(shard).flatMap(({ node, report }) => {
      const standing = report.shards.find((each) => each.shard === shard)?.standing ?? 'none';
      return standing === 'complete'
        ? []
        : [`${nodeName(node)} is a home of ${shardName(shard)} and ${WORDS[standing]}`];
    });
  }

  /** Homes that run; whether no node is down, and nobody is coming or going. */
  upOf(shard: ShardId): { readonly up: readonly NodeId[]; readonly isWhole: boolean } {
    const up = this.up(shard).map(({ node }) => node);
    // Who is coming, or going, stops every round of purging as well as a node that is down: it may hold hints.
    const { report, move } = groupOf(this.world.metaState, shard);
    const { configuration } = report;
    const isCalm = move === undefined && !isJoint(configuration) && configuration.learners.length === 0;
    const isUp = this.world.metaState.nodes.every(
      ({ node, state }) => state === 'left' || this.reportOf(node) !== undefined,
    );
    return { up, isWhole: isCalm && isUp };
  }

  private up(shard: ShardId): readonly { readonly node: NodeId; readonly report: EventualReport }[] {
    const homes = votersOf(groupOf(this.world.metaState, shard).report.configuration);
    return [...homes]
      .sort((a, b) => a - b)
      .flatMap((node) => {
        const report = this.reportOf(node);
        return report === undefined ? [] : [{ node, report }];
      });
  }

  private reportOf(node: NodeId): EventualReport | undefined {
    if (!this.reports.has(node)) {
      const answer = this.ask(node, { type: 'Eventual' });
      this.reports.set(node, answer?.type === 'Eventual' ? answer.report : undefined);
    }
    return this.reports.get(node);
  }

  private ask(node: NodeId, query: StorageQuery): StorageAnswer | undefined {
    const round = this.world.planStorageQuery(node, query);
    if (round === undefined) return undefined;
    performRound(this.world, this.hosts, round);
    return this.world.storageAnswer(node);
  }
}

const WORDS = {
  none: 'has no rows of it',
  copying: 'has not copied it',
  lost: 'is dropping what it cannot read',
} as const;
