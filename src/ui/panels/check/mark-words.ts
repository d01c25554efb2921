import type { RunMark } from '../../../core/cluster/check-report.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { actionText } from '../../store/action-text.ts';

export interface MarkWords {
  readonly text: string;
  /** `good`: something is well again. */
  readonly tone: 'bad' | 'good';
}

const MENDS: ReadonlySet<string> = new Set(['Heal', 'HealLink', 'Revive', 'Thaw']);

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
      const text = actionText(mark.action);
      return text === '' ? undefined : { text, tone: MENDS.has(mark.action.type) ? 'good' : 'bad' };
    }
  }
}
