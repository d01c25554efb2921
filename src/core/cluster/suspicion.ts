import type { Micros } from '../base/ids.ts';
import { type GossipLimits, PHI_FORMULAS, type PhiFormula } from '../membership/options.ts';
import { type ArrivalStatistics, phiOf } from '../membership/phi.ts';

// What nodes think of each other, to whoever looks on.

export const formulaOf = ({ phiFormula }: Pick<GossipLimits, 'phiFormula'>): PhiFormula =>
  PHI_FORMULAS[phiFormula] ?? 'exponential';

/** As the observer computes it, from what it reported of the subject's heartbeats. */
export const phiAfter = (
  limits: Pick<GossipLimits, 'phiFormula'>,
  silentUs: Micros,
  arrivals: ArrivalStatistics,
): number => phiOf(formulaOf(limits), silentUs, arrivals);
