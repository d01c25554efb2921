import type { Micros } from '../core/base/ids.ts';
import { PROFILES } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type ChurnCounts, ChurnTally, churnText, sumChurn } from '../sim/churn-tally.ts';
import { Coverage, type RareThing } from '../sim/coverage.ts';
import { ElectionCosts } from '../sim/election-costs.ts';
import { Failovers, percentile } from '../sim/failovers.ts';
import type { EventualTally, RunReport } from '../sim/run.ts';

/** So many seeds with every fault must have met every rare thing; fewer may have missed one by chance. */
export const COVERED_SEEDS = 50;
/** Seeds whose history could not be decided: a few are bad luck, more say that something makes histories hard to judge. */
export const UNDECIDED_MAX = 2;
export const UNDECIDED_SHARE_MAX = 0.01;

type Profile = RunConfig['profile'];

type ElectionTotals = Pick<ElectionCosts, 'won' | 'lost' | 'deposed' | 'leaderlessUs' | 'observedUs'>;

/** What one seed adds. Plain data: it comes from another process. */
export interface SeedTotals {
  readonly profile: Profile;
  readonly coverage: readonly [RareThing, number][];
  readonly failoverUs: readonly number[];
  /** Failovers that another fault cut short. */
  readonly failoversInterrupted: number;
  readonly transferUs: readonly number[];
  readonly elections: ElectionTotals;
  readonly churn: ChurnCounts;
  readonly refusals: number;
  /** In upper election timeouts. */
  readonly longestRefusal: number;
  readonly isUndecided: boolean;
  readonly eventually: EventualTally;
}

/** Watches one seed. */
export function watchSeed(): {
  readonly observe: (event: TraceEvent) => void;
  readonly end: (profile: Profile, report: RunReport, endUs: Micros) => SeedTotals;
} {
  const coverage = new Coverage();
  const failovers = new Failovers();
  const costs = new ElectionCosts();
  const churn = new ChurnTally();
  return {
    observe: (event) => {
      coverage.observe(event);
      failovers.observe(event);
      costs.observe(event);
      churn.observe(event);
    },
    end: (profile, report, endUs) => {
      costs.end(endUs);
      const { won, lost, deposed, leaderlessUs, observedUs } = costs;
      coverage.addTraffic(report.traffic);
      coverage.add('batches seen by scans', report.batchesCompared);
      coverage.add('roots compared', report.rootsCompared);
      return {
        profile,
        coverage: coverage.counts(),
        failoverUs: failovers.timesUs,
        failoversInterrupted: failovers.interrupted,
        transferUs: failovers.transferTimesUs,
        elections: { won, lost, deposed, leaderlessUs, observedUs },
        churn: churn.counts,
        refusals: report.refusals,
        longestRefusal: report.longestRefusalUs / PROFILES[profile].limits.electionTimeoutUsMax,
        isUndecided: report.undecided.length > 0,
        eventually: report.eventually,
      };
    },
  };
}

/** What is told of all seeds together. */
export class SimTotals {
  private readonly coverage = new Coverage();
  private readonly failoverUs: Readonly<Record<Profile, number[]>> = { classroom: [], datacenter: [] };
  private readonly failoversInterrupted: Record<Profile, number> = { classroom: 0, datacenter: 0 };
  private readonly transferUs: Readonly<Record<Profile, number[]>> = { classroom: [], datacenter: [] };
  private readonly costs: ElectionTotals[] = [];
  private readonly churn: ChurnCounts[] = [];
  private readonly eventually: EventualTally[] = [];
  private refusals = 0;
  private longestRefusal = 0;
  private seeds = 0;
  private undecided = 0;

  add(seed: SeedTotals): void {
    const { profile, coverage, failoverUs, failoversInterrupted, transferUs, elections, isUndecided } = seed;
    this.seeds++;
    for (const [thing, times] of coverage) this.coverage.add(thing, times);
    this.failoverUs[profile].push(...failoverUs);
    this.failoversInterrupted[profile] += failoversInterrupted;
    this.transferUs[profile].push(...transferUs);
    this.costs.push(elections);
    this.churn.push(seed.churn);
    this.eventually.push(seed.eventually);
    this.refusals += seed.refusals;
    this.longestRefusal = Math.max(this.longestRefusal, seed.longestRefusal);
    if (isUndecided) this.undecided++;
  }

  /** Lines to be printed, and whether the seeds have proven what they seem to. */
  conclude(allFaults: boolean): { readonly lines: readonly string[]; readonly proven: boolean } {
    const { seeds, undecided } = this;
    const failures = [...this.coverageFailures(allFaults), ...this.undecidedFailures()];
    const lines = [
      ...this.failoverLines(),
      ...this.transferLines(),
      this.electionLine(),
      ...this.churnLines(),
      ...this.eventualLines(),
      `coverage: ${this.coverage}`,
      `linearizability: ${seeds - undecided} histories judged, ${undecided} undecided`,
      ...failures,
    ];
    return { lines, proven: failures.length === 0 };
  }

  private coverageFailures(allFaults: boolean): readonly string[] {
    const missing = this.coverage.missing();
    if (this.seeds < COVERED_SEEDS || !allFaults || missing.length === 0) return [];
    return [`FAILED coverage: in ${this.seeds} seeds there were no ${missing.join(', no ')}`];
  }

  private undecidedFailures(): readonly string[] {
    if (this.undecided <= Math.max(UNDECIDED_MAX, this.seeds * UNDECIDED_SHARE_MAX)) return [];
    return ['FAILED linearizability: too many histories could not be judged'];
  }

  private electionLine(): string {
    const sum = (of: (costs: ElectionTotals) => number): number =>
      this.costs.reduce((total, costs) => total + of(costs), 0);
    const share =
      sum(({ leaderlessUs }) => leaderlessUs) /
      Math.max(
        1,
        sum(({ observedUs }) => observedUs),
      );
    const [won, lost, deposed] = [sum(({ won }) => won), sum(({ lost }) => lost), sum(({ deposed }) => deposed)];
    return `elections: ${won} won, ${lost} lost, ${deposed} leaders deposed by a later term; shards without a leader ${(share * 100).toFixed(1)} % of the time`;
  }

  private churnLines(): readonly string[] {
    const text = churnText(sumChurn(this.churn));
    if (text === undefined) return [];
    const service = `${this.refusals} times a shard ceased to serve, at most ${this.longestRefusal.toFixed(2)} upper election timeouts of it`;
    return [`churn: ${text}; ${service} while a majority was connected and nothing was left to luck`];
  }

  private eventualLines(): readonly string[] {
    const sum = (of: (tally: EventualTally) => number): number =>
      this.eventually.reduce((total, tally) => total + of(tally), 0);
    const reads = sum((tally) => tally.reads);
    if (reads === 0) return [];
    const rounds = Math.max(...this.eventually.map((tally) => tally.rounds));
    const dropped = `${sum((tally) => tally.dropped)} after a write that their client had seen, ${sum((tally) => tally.overtaken)} after one that it had not`;
    const kept = `${sum((tally) => tally.purges)} rounds of purging completed, ${sum((tally) => tally.hintsDelivered)} hints delivered, ${sum((tally) => tally.rowsExchanged)} rows exchanged`;
    const gone = `${sum((tally) => tally.goneWithDisks)} are gone with every disk that had them`;
    return [
      `eventual: ${reads} reads judged, ${sum((tally) => tally.overlaps)} times held to R + W > N; all homes alike after ${rounds} rounds of comparing at most; ${kept}`,
      `acknowledged writes dropped by clock skew: ${dropped}; ${gone}`,
    ];
  }

  /** How long shards took no writes after their leader was killed with nothing else wrong. */
  private failoverLines(): readonly string[] {
    return profiles(this.failoverUs).map(([profile, times]) => {
      const upperMs = PROFILES[profile].limits.electionTimeoutUsMax / 1000;
      return `leader kills in calm, ${profile} (election timeouts up to ${upperMs} ms): writes accepted again after ${shares(times)}${this.interruptedWords(profile)}`;
    });
  }

  /** What is left out is seldom a short wait: where there is much of it, the shares are too good. */
  private interruptedWords(profile: Profile): string {
    const count = this.failoversInterrupted[profile];
    return count === 0 ? '' : ` (${count} more were cut short by another fault)`;
  }

  /** How long they took none because their leader handed over. */
  private transferLines(): readonly string[] {
    return profiles(this.transferUs).map(([profile, times]) => {
      const heartbeatMs = PROFILES[profile].limits.heartbeatIntervalUs / 1000;
      return `transfers in calm, ${profile} (a heartbeat every ${heartbeatMs} ms): writes accepted again after ${shares(times)}`;
    });
  }
}

const profiles = (times: Readonly<Record<Profile, readonly number[]>>): [Profile, readonly number[]][] =>
  (Object.keys(times) as Profile[])
    .map((profile): [Profile, readonly number[]] => [profile, times[profile]])
    .filter(([, { length }]) => length > 0);

const shares = (timesUs: readonly number[]): string =>
  `${[0.5, 0.8, 0.95].map((p) => `p${p * 100} ${((percentile(timesUs, p) ?? 0) / 1000).toFixed(0)} ms`).join(', ')} of ${timesUs.length}`;
