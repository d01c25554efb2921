import { NO_NODE, type NodeId } from '../../core/base/ids.ts';
import type { Action } from '../../core/cluster/action.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import {
  ARRIVALS_KEPT,
  type ArrivalView,
  BEATS_KEPT,
  EMPTY_OBSERVER,
  type ObserverView,
  type SubjectView,
  UNHEARD,
} from './membership-view.ts';
import type { ViewModel } from './view-model.ts';

/** Who has heard what of whom, and whom it suspects. */
export function reduceMembership(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'ActionTaken':
      if (event.action.type === 'Reload') draft.phi = {};
      else if (event.action.type === 'Configure') draft.phi = { ...draft.view.phi, ...phiSetting(event.action) };
      return;
    case 'NodeStarted':
      draft.setObserver(event.node, EMPTY_OBSERVER);
      return;
    case 'GossipSent': {
      const { timeUs, incarnation, version } = event;
      const observer = draft.observer(event.node);
      const beats = [...observer.beats.slice(1 - BEATS_KEPT), { timeUs, incarnation, version }];
      draft.setObserver(event.node, { ...observer, beats });
      return;
    }
    case 'GossipMerged':
      changeSubjects(draft, event.node, (subjects) => {
        const { timeUs, from } = event;
        for (const { subject, staleUs, incarnation, version, meanUs, deviationUs } of event.heard) {
          const { state, arrivals } = subjects.get(subject) ?? UNHEARD;
          const arrival = { timeUs, from, silentFromUs: timeUs - staleUs, incarnation, version, meanUs, deviationUs };
          // A suspicion ends with a report of its own, which comes first; that of an earlier life ends with that life.
          const stays = state === 'suspected' && arrivals.at(-1)?.incarnation === incarnation;
          subjects.set(subject, { state: stays ? state : 'heard', arrivals: append(arrivals, arrival) });
        }
      });
      return;
    case 'NodeSuspected':
      changeState(draft, event.node, event.subject, 'suspected');
      return;
    case 'NodeUnsuspected':
      changeState(draft, event.node, event.subject, 'heard');
      return;
    case 'HeartbeatExpired':
      changeState(draft, event.node, event.subject, event.left ? 'left' : 'expired');
      return;
    case 'DepartureHeard':
      changeState(draft, event.node, event.subject, 'left');
      return;
    case 'LocalPauseNoticed':
      changeSubjects(draft, event.node, (subjects) => {
        const { timeUs, meanUs, deviationUs } = event;
        for (const [subject, { state, arrivals }] of subjects) {
          const last = arrivals.at(-1);
          if (state !== 'heard' || last === undefined) continue;
          const anew = { ...last, timeUs, from: NO_NODE, silentFromUs: timeUs, meanUs, deviationUs };
          subjects.set(subject, { state, arrivals: append(arrivals, anew) });
        }
      });
      return;
    default:
  }
}

function phiSetting({ name, value }: Extract<Action, { readonly type: 'Configure' }>): ViewModel['phi'] {
  if (name === 'phi.threshold') return { phiThreshold: value };
  if (name === 'phi.window') return { phiWindow: value };
  return name === 'phi.formula' ? { phiFormula: value } : {};
}

const append = (arrivals: readonly ArrivalView[], arrival: ArrivalView): readonly ArrivalView[] => [
  ...arrivals.slice(1 - ARRIVALS_KEPT),
  arrival,
];

function changeSubjects(draft: Draft, node: NodeId, change: (subjects: Map<NodeId, SubjectView>) => void): void {
  const observer: ObserverView = draft.observer(node);
  const subjects = new Map(observer.subjects);
  change(subjects);
  draft.setObserver(node, { ...observer, subjects });
}

const changeState = (draft: Draft, node: NodeId, subject: NodeId, state: SubjectView['state']): void =>
  changeSubjects(draft, node, (subjects) => subjects.set(subject, { ...(subjects.get(subject) ?? UNHEARD), state }));
