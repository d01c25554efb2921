import type { Micros, NodeId } from '../../core/base/ids.ts';

/** What one node knows of all others, as it reported it. */
export interface ObserverView {
  /** Its own heartbeats, oldest first, at most BEATS_KEPT. */
  readonly beats: readonly BeatView[];
  readonly subjects: ReadonlyMap<NodeId, SubjectView>;
}

export interface BeatView {
  readonly timeUs: Micros;
  readonly incarnation: number;
  readonly version: number;
}

export interface SubjectView {
  /** `expired`: nothing heard for the time to live, told no further. `left`: removed. */
  readonly state: 'heard' | 'suspected' | 'expired' | 'left';
  /** When the observer heard something newer of it, oldest first, at most ARRIVALS_KEPT. */
  readonly arrivals: readonly ArrivalView[];
}

export interface ArrivalView extends BeatView {
  /** Who told it; 0: nobody, the observer had been away itself and counts from here. */
  readonly from: NodeId;
  /** Silence counts from here: earlier than `timeUs` where the heartbeat was old already. */
  readonly silentFromUs: Micros;
  readonly meanUs: Micros;
  readonly deviationUs: Micros;
}

export const BEATS_KEPT = 16;
export const ARRIVALS_KEPT = 64;

export const EMPTY_OBSERVER: ObserverView = { beats: [], subjects: new Map() };
export const UNHEARD: SubjectView = { state: 'heard', arrivals: [] };
