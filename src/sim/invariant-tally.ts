import type { Micros } from '../core/base/ids.ts';
import type { InvariantReport } from '../core/cluster/check-report.ts';
import type { Violation } from './invariants.ts';

/** Raft's five safety properties (Figure 3) first, then what they and the clients' history rest on. */
const NAMES = [
  'ElectionSafety',
  'LeaderAppendOnly',
  'LogMatching',
  'LeaderCompleteness',
  'StateMachineSafety',
  'EqualAtIndex',
  'CommitRule',
  'Configuration',
  'ElectionQuorum',
  'OneVotePerTerm',
  'VoteDurability',
  'LeaseSafety',
  'ReadFreshness',
  'ReadState',
  'SessionOrder',
  'Durability',
  'AcknowledgedWrites',
  'EarlyWrites',
  'AppliedOnAll',
  'MonotoneTerm',
  'MonotoneCommit',
  'MonotoneApplied',
  'MonotoneEpoch',
  'Quarantine',
  'Compaction',
  'Snapshot',
] as const;
export type InvariantName = (typeof NAMES)[number];

/** How often each rule was put to the test, and when it first broke: one that was never judged has not been shown to hold. */
export class InvariantTally {
  private readonly times = new Map<string, number>(NAMES.map((name) => [name, 0]));
  private readonly firstBroken = new Map<string, { readonly timeUs: Micros; readonly detail: string }>();

  /** Something happened that could have broken it. */
  judged(name: InvariantName): void {
    this.times.set(name, (this.times.get(name) ?? 0) + 1);
  }

  broke({ invariant, detail }: Violation, timeUs: Micros): void {
    if (!this.times.has(invariant)) this.times.set(invariant, 1);
    if (!this.firstBroken.has(invariant)) this.firstBroken.set(invariant, { timeUs, detail });
  }

  reports(): readonly InvariantReport[] {
    return [...this.times].map(([name, judged]) => ({ name, judged, broken: this.firstBroken.get(name) }));
  }
}
