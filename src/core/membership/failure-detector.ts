import { must } from '../base/assert.ts';
import type { Micros, NodeId } from '../base/ids.ts';
import { ArrivalWindow } from './arrival-window.ts';
import type { MembershipEvent } from './membership-event.ts';
import { type GossipLimits, LOCAL_PAUSE_ROUNDS, PHI_FORMULAS, type PhiFormula, type PhiLimits } from './options.ts';
import { phiOf } from './phi.ts';

interface Watched {
  arrivals: ArrivalWindow;
  isSuspected: boolean;
}

/** Phi accrual failure detector (Hayashibara et al. 2004): one observer's suspicion of all others, from when it heard of them. Suspects, and decides nothing. */
export class FailureDetector {
  private readonly limits: GossipLimits;
  private settings: PhiLimits;
  private readonly report: (event: MembershipEvent) => void;
  private readonly watched = new Map<NodeId, Watched>();
  /** When the own clock was last looked at. */
  private lookedUs: Micros;
  /** Until then nobody is suspected: the observer itself was away. */
  private lenientUntilUs: Micros = 0;

  constructor(limits: GossipLimits, nowUs: Micros, report: (event: MembershipEvent) => void) {
    this.limits = limits;
    this.settings = limits;
    this.report = report;
    this.lookedUs = nowUs;
  }

  private get formula(): PhiFormula {
    return must(PHI_FORMULAS[this.settings.phiFormula], 'a formula of the list');
  }

  /** In force from here on: who is suspected is judged anew at the next look; a window takes its size with the next heartbeat. */
  configure(settings: PhiLimits): void {
    this.settings = settings;
  }

  /** To be called before anything else of an input: a gap of the own clock must not look like a silence of all others. */
  look(nowUs: Micros): void {
    const gapUs = nowUs - this.lookedUs;
    const pauseUs = LOCAL_PAUSE_ROUNDS * this.limits.gossipIntervalUs;
    this.lookedUs = nowUs;
    if (gapUs <= pauseUs) return;
    this.lenientUntilUs = nowUs + pauseUs;
    for (const watched of this.watched.values()) {
      if (!watched.isSuspected) watched.arrivals = new ArrivalWindow(this.limits, nowUs);
    }
    const { meanUs, deviationUs } = new ArrivalWindow(this.limits, nowUs);
    this.report({ type: 'LocalPauseNoticed', gapUs, meanUs, deviationUs });
  }

  isLenient(nowUs: Micros): boolean {
    return nowUs < this.lenientUntilUs;
  }

  /** A newer heartbeat. @param arrivedUs now, or when it would have been news */
  heard(nowUs: Micros, node: NodeId, arrivedUs: Micros): Readonly<ArrivalWindow> {
    const watched = this.watched.get(node);
    if (watched === undefined) {
      const arrivals = new ArrivalWindow(this.limits, arrivedUs);
      this.watched.set(node, { arrivals, isSuspected: false });
      return arrivals;
    }
    const { arrivals } = watched;
    const silentUs = nowUs - arrivals.lastUs;
    const phi = phiOf(this.formula, silentUs, arrivals);
    // What waited for an observer that was away arrives all at once: that is not how often it was sent.
    if (this.isLenient(nowUs)) arrivals.touch(arrivedUs);
    else arrivals.add(arrivedUs, this.settings.phiWindow);
    if (watched.isSuspected && phiOf(this.formula, nowUs - arrivals.lastUs, arrivals) < this.settings.phiThreshold) {
      watched.isSuspected = false;
      this.report({ type: 'NodeUnsuspected', subject: node, phi: rounded(phi), silentUs });
    }
    return arrivals;
  }

  /** A new life of it, or none: what was measured says nothing any more. */
  forget(node: NodeId): void {
    this.watched.delete(node);
  }

  /** Suspects whom it must. A silence only grows, so that a suspicion ends here only where the settings have changed. */
  judge(nowUs: Micros): void {
    if (this.isLenient(nowUs)) return;
    for (const [subject, watched] of this.watched) {
      const silentUs = nowUs - watched.arrivals.lastUs;
      const phi = phiOf(this.formula, silentUs, watched.arrivals);
      const isSuspected = phi >= this.settings.phiThreshold;
      if (isSuspected === watched.isSuspected) continue;
      watched.isSuspected = isSuspected;
      this.report({ type: isSuspected ? 'NodeSuspected' : 'NodeUnsuspected', subject, phi: rounded(phi), silentUs });
    }
  }

  isSuspected(node: NodeId): boolean {
    return this.watched.get(node)?.isSuspected ?? false;
  }

  /** Undefined: nothing was ever heard of it. */
  phi(nowUs: Micros, node: NodeId): number | undefined {
    const arrivals = this.watched.get(node)?.arrivals;
    return arrivals && phiOf(this.formula, nowUs - arrivals.lastUs, arrivals);
  }
}

const rounded = (phi: number): number => Math.round(phi * 100) / 100;
