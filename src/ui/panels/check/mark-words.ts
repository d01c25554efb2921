import type { Action } from '../../../core/cluster/action.ts';
import type { RunMark } from '../../../core/cluster/check-report.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { actionText } from '../../store/action-text.ts';

/** `good`: something is well again; `plain`: neither. */
export type MarkTone = 'bad' | 'good' | 'plain';

/** What stands before its words: the tone must not be in the colour alone. */
export const MARK_SIGNS: Readonly<Record<MarkTone, string>> = { bad: '✕', good: '✓', plain: '·' };

export interface MarkWords {
  readonly text: string;
  readonly tone: MarkTone;
}

/** A fault or its end as the lanes tell it; undefined: it is not worth a line there. */
export function markWords(mark: RunMark): MarkWords | undefined {
  switch (mark.type) {
    case 'NodeKilled':
      return { text: `${nodeName(mark.node)} killed`, tone: 'bad' };
    case 'NodeCrashed':
      return { text: `${nodeName(mark.node)} crashed`, tone: 'bad' };
    case 'NodeRecovered':
      // At the very beginning a node starts from an empty disk.
      return mark.logRecords === 0 && mark.tables === 0
        ? undefined
        : { text: `${nodeName(mark.node)} is back`, tone: 'good' };
    case 'InvariantViolated':
      return { text: `broken: ${mark.invariant}`, tone: 'bad' };
    case 'ActionTaken': {
      const text = laneText(mark.action);
      return text === '' ? undefined : { text, tone: toneOf(mark.action) };
    }
  }
}

/** Shorter than the feed's, where that tells more than a lane has room for, and what the feed tells of by another event. */
function laneText(action: Action): string {
  switch (action.type) {
    case 'Isolate':
      return `${action.actor} cut off`;
    case 'Break':
      return `BREAK ${action.name}${action.on ? '' : ' off'}`;
    case 'Freeze':
      return `${nodeName(action.node)} frozen`;
    case 'Thaw':
      return `${nodeName(action.node)} goes on`;
    case 'Clock':
      return `${nodeName(action.node)}’s clock set`;
    default:
      return actionText(action);
  }
}

function toneOf(action: Action): MarkTone {
  switch (action.type) {
    case 'Heal':
    case 'HealLink':
    case 'Revive':
    case 'Thaw':
      return 'good';
    case 'Break':
      return action.on ? 'bad' : 'good';
    case 'Disk':
      return action.fault.type === 'Ok' ? 'good' : 'bad';
    case 'Partition':
    case 'Cut':
    case 'Isolate':
    case 'Freeze':
    case 'Wipe':
    case 'CrashAt':
    case 'Drop':
    case 'Reload':
      return 'bad';
    default:
      return 'plain';
  }
}
