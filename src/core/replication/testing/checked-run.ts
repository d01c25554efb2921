import { assert } from '../../base/assert.ts';
import type { Conflicts } from '../choices.ts';
import type { ReadContext } from '../context-token.ts';
import { contextToken, parseContextToken } from '../context-token.ts';
import { isPurgeable } from '../purge-limits.ts';
import { contextOf, latestStamp, type Row } from '../row.ts';
import { compareStamps, type Stamp } from '../stamp.ts';
import type { Version } from '../version.ts';
import type { WriteOutcome } from '../write-coordinator.ts';
import { MS } from './cluster-options.ts';
import { ReplicationCluster } from './replication-cluster.ts';

export const DEEDS = [
  ...['put', 'put', 'put', 'putRead', 'putRead', 'putRead', 'delete', 'deleteRead', 'expiring', 'read', 'read'],
  ...['run', 'run', 'part', 'heal', 'kill', 'revive', 'sync', 'sweep', 'purge', 'purge', 'calm'],
] as const;

export interface Deed {
  readonly kind: (typeof DEEDS)[number];
  readonly node: number;
  /** Another node, or a set of them as bits. */
  readonly other: number;
  readonly key: string;
  readonly quorum: number;
  readonly ms: number;
}

export interface Schedule {
  readonly seed: number;
  readonly conflicts: Conflicts;
  readonly isSloppy: boolean;
  readonly lossPercent: number;
  readonly skewsMs: readonly number[];
  readonly deeds: readonly Deed[];
}

export interface CheckedRun {
  /** What should not be. */
  readonly objections: readonly string[];
  /** Of comparisons of all pairs, until all homes held the same. */
  readonly rounds: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly failed: number;
  /** Of acknowledged writes those that counted a hint. */
  readonly hintsCounted: number;
  readonly purged: number;
}

/** A write as the clients know it, which have seen all that happened. */
interface KnownWrite {
  readonly key: string;
  readonly stamp: Stamp;
  /** The stamps of all writes that its client had read, and of what those had read. */
  readonly seen: ReadonlySet<string>;
  outcome: WriteOutcome | undefined;
}

const ROUNDS_MAX = 4;
const stampText = ({ wallUs, logical, node }: Stamp): string => `${wallUs}.${logical}.n${node}`;

/** A schedule of faults, then everything is healed, and what clients were told is held against what the replicas hold. */
export function checkedRun({ seed, conflicts, isSloppy, lossPercent, skewsMs, deeds }: Schedule): CheckedRun {
  const cluster = new ReplicationCluster(seed, { conflicts, isSloppy });
  const writes: KnownWrite[] = [];
  const tokens = new Map<string, { readonly token: string; readonly seen: ReadonlySet<string> }>();
  cluster.members.forEach((member, i) => void cluster.skewUs.set(member, (skewsMs[i] ?? 0) * MS));
  cluster.loss = lossPercent / 100;

  function write(
    { node, key, quorum }: Deed,
    value: string | undefined,
    ttlUs: number | undefined,
    reads: boolean,
  ): void {
    const token = reads ? tokens.get(key) : undefined;
    const context: ReadContext | undefined = token && parseContextToken(token.token);
    const rest = { ...(ttlUs === undefined ? {} : { ttlUs }), ...(context === undefined ? {} : { context }) };
    const known: { write?: KnownWrite; outcome?: WriteOutcome } = {};
    const written = cluster.node(node).write({ key, value, w: quorum, ...rest }, (outcome) => {
      known.outcome = outcome;
      if (known.write !== undefined) known.write.outcome = outcome;
    });
    if (written === undefined) return;
    known.write = { key, stamp: written.stamp, seen: token?.seen ?? new Set(), outcome: known.outcome };
    writes.push(known.write);
  }

  function read({ node, key, quorum }: Deed): void {
    cluster.node(node).read(key, quorum, (outcome) => {
      if (outcome.status !== 'ok') return;
      const token = contextToken({ stamp: latestStamp(outcome.row), vector: contextOf(outcome.row) });
      tokens.set(key, { token, seen: seenIn(key, outcome.row) });
    });
  }

  function seenIn(key: string, row: Row): ReadonlySet<string> {
    const seen = new Set<string>();
    for (const { stamp } of row) {
      seen.add(stampText(stamp));
      const known = writes.find((each) => each.key === key && compareStamps(each.stamp, stamp) === 0);
      for (const earlier of known?.seen ?? []) seen.add(earlier);
    }
    return seen;
  }

  function act(deed: Deed): void {
    const { kind, node, other, ms } = deed;
    const isUp = cluster.isUp(node);
    const isHome = cluster.homes.some((home) => home === node);
    const value = `v${writes.length}`;
    if (kind === 'run') cluster.run(ms * MS);
    else if (kind === 'part') cluster.part(cluster.members.filter((member) => ((other >> (member - 1)) & 1) === 1));
    else if (kind === 'heal') cluster.heal();
    else if (kind === 'revive') cluster.revive(node);
    else if (kind === 'calm') {
      cluster.heal();
      for (const member of cluster.members) cluster.revive(member);
      cluster.run(2 * ms * MS);
    } else if (!isUp) return;
    else if (kind === 'put') write(deed, value, undefined, false);
    else if (kind === 'putRead') write(deed, value, undefined, true);
    else if (kind === 'delete') write(deed, undefined, undefined, false);
    else if (kind === 'deleteRead') write(deed, undefined, undefined, true);
    else if (kind === 'expiring') write(deed, value, ms * MS, true);
    else if (kind === 'read') read(deed);
    else if (kind === 'kill') cluster.kill(node);
    else if (kind === 'sweep') cluster.node(node).sweep();
    else if (kind === 'purge' && isHome) cluster.startPurge(node, cluster.timeUs - ms * MS);
    else if (kind === 'sync' && isHome) {
      const peer = cluster.homes[other % cluster.homes.length];
      if (peer !== undefined && peer !== node) cluster.node(node).startSync(peer);
    }
    // Often the next deed comes while this one is under way, and sometimes at once.
    if (other % 4 !== 0) cluster.run((other % 4) * 7 * MS);
  }

  for (const deed of deeds) act(deed);
  const objections: string[] = [];
  healAll(cluster);
  const waiting = cluster.members.reduce((sum, member) => sum + cluster.node(member).hints.count, 0);
  if (waiting > 0) objections.push(`${waiting} hints are still undelivered`);
  let rounds = 0;
  while (new Set(cluster.roots()).size > 1 && rounds < ROUNDS_MAX) {
    cluster.syncRound();
    rounds++;
  }
  objections.push(...judge(cluster, conflicts, writes, 'healed'));
  purgeAll(cluster);
  objections.push(...judge(cluster, conflicts, writes, 'purged'), ...leftovers(cluster));
  const ended = writes.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
  const acknowledged = ended.filter(({ status }) => status === 'ok');
  return {
    objections,
    rounds,
    acknowledged: acknowledged.length,
    unknown: ended.filter(({ status }) => status === 'unknown').length,
    failed: ended.filter(({ status }) => status === 'fail').length,
    hintsCounted: acknowledged.filter(({ status, ...rest }) => hasHint({ status, ...rest } as WriteOutcome)).length,
    purged: cluster.purgedVersions.length,
  };
}

const hasHint = (outcome: WriteOutcome): boolean =>
  outcome.status === 'ok' && outcome.acks.some(({ to, home }) => to !== home);

/** Everybody is up and hears everybody, until all timeouts have passed and the hints have had time. */
function healAll(cluster: ReplicationCluster): void {
  cluster.heal();
  cluster.loss = 0;
  for (const member of cluster.members) cluster.revive(member);
  cluster.run(3000 * MS);
}

/** What is wrong about what the replicas hold now. */
function judge(
  cluster: ReplicationCluster,
  conflicts: Conflicts,
  writes: readonly KnownWrite[],
  when: string,
): readonly string[] {
  const objections: string[] = [];
  if (new Set(cluster.roots()).size > 1) objections.push(`${when}: replicas differ`);
  const finals = new Map(['a', 'b'].map((key) => [key, cluster.rowOn(1, key) ?? []]));
  for (const each of writes) {
    if (each.outcome === undefined) continue;
    const final = finals.get(each.key) ?? [];
    if (each.outcome.status === 'ok' && !isKept(conflicts, each, final, cluster.purgedVersions, writes)) {
      objections.push(`${when}: ${each.key} ${stampText(each.stamp)} was acknowledged and is lost`);
    }
    if (each.outcome.status === 'fail' && final.some(({ stamp }) => compareStamps(stamp, each.stamp) === 0)) {
      objections.push(`${when}: ${each.key} ${stampText(each.stamp)} had failed and is there`);
    }
  }
  for (const [key, final] of finals) {
    for (const { stamp } of final) {
      const isKnown = writes.some((each) => each.key === key && compareStamps(each.stamp, stamp) === 0);
      if (!isKnown) objections.push(`${when}: ${key} ${stampText(stamp)} was never written`);
    }
  }
  return objections;
}

/** Everything that has died: afterwards nothing of it is anywhere. */
function purgeAll(cluster: ReplicationCluster): void {
  cluster.startPurge(2, cluster.timeUs - 1000 * MS);
  cluster.run(2000 * MS);
  assert(
    cluster.homes.every((home) => cluster.node(home).limits.watermarkUs > cluster.timeUs - 4000 * MS),
    'it completes',
  );
}

/** Whoever has heard of the watermark has purged all that it allows. */
function leftovers(cluster: ReplicationCluster): readonly string[] {
  const objections: string[] = [];
  const watermarkUs = cluster.node(1).limits.watermarkUs;
  for (const home of cluster.homes) {
    const left = [...cluster.node(home).rows.values()].flat().filter((version) => isPurgeable(version, watermarkUs));
    if (left.length > 0) objections.push(`n${home} keeps ${left.length} dead versions below the watermark`);
  }
  return objections;
}

/** It is there, or something that may have replaced it: by a later stamp, or written by somebody who had really read it. */
function isKept(
  conflicts: Conflicts,
  { key, stamp }: KnownWrite,
  final: Row,
  purged: readonly Version[],
  writes: readonly KnownWrite[],
): boolean {
  const ofKey = writes.filter((each) => each.key === key);
  const stays = (version: Version): boolean => {
    if (conflicts === 'lww') return compareStamps(version.stamp, stamp) >= 0;
    if (compareStamps(version.stamp, stamp) === 0) return true;
    const known = ofKey.find((each) => compareStamps(each.stamp, version.stamp) === 0);
    return known?.seen.has(stampText(stamp)) ?? false;
  };
  const dead = purged.filter((version) => ofKey.some((each) => compareStamps(each.stamp, version.stamp) === 0));
  return final.some(stays) || dead.some(stays);
}
