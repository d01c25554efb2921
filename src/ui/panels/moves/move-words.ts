import { showDuration, showSize } from '../../../console/show.ts';
import { NO_NODE } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { type EndedMoveView, loserOf, type MoveView } from '../../store/placement-view.ts';

/** What a replica goes through on its way, in this order. */
export const STOPS = ['learner', 'snapshot', 'roots', 'joint', 'leave', 'drop'] as const;

/** How far a move has come, and what it does just now. */
export interface MoveStep {
  /** Of STOPS, how many are behind it. */
  readonly done: number;
  readonly words: string;
  readonly tone: 'running' | 'good' | 'bad';
}

export function moveStep(move: MoveView | EndedMoveView): MoveStep {
  if ('outcome' in move) return endedStep(move);
  const { to, from, stage } = move;
  const running = (done: number, words: string): MoveStep => ({ done, words, tone: 'running' });
  switch (stage) {
    case 'learner':
      return running(0, 'becomes a learner');
    case 'catchUp':
      return copyStep(move);
    case 'transfer':
      return running(3, `${nodeName(from)} hands the lead over`);
    case 'joint':
      return running(3, to === NO_NODE ? `without ${nodeName(from)}` : 'old and new majority');
    case 'leave':
      return running(4, 'leaves joint configuration');
    case 'rollBack':
      return { done: move.isEqual === true ? 3 : 1, words: 'is being undone', tone: 'bad' };
  }
}

function copyStep({ isEqual, source, bytes }: MoveView): MoveStep {
  if (isEqual === true) return { done: 3, words: 'roots are equal', tone: 'running' };
  if (isEqual === false) return { done: 1, words: 'roots differ: copied anew', tone: 'bad' };
  if (source === NO_NODE) return { done: 1, words: 'gets the log', tone: 'running' };
  const words = bytes === 0 ? `begins at ${nodeName(source)}` : `${showSize(bytes)} from ${nodeName(source)}`;
  return { done: 1, words, tone: 'running' };
}

function endedStep(move: EndedMoveView): MoveStep {
  const { outcome, sinceUs, surplus, overUs, isEqual } = move;
  const goes = nodeName(loserOf(move));
  if (outcome === 'rolledBack') return { done: isEqual === true ? 3 : 1, words: 'undone', tone: 'bad' };
  if (surplus === 'awaited') return { done: 5, words: `${goes} deletes its copy`, tone: 'running' };
  if (surplus === 'left') return { done: 5, words: `${goes} left with its copy`, tone: 'good' };
  return { done: 6, words: `done in ${showDuration(overUs - sinceUs)}`, tone: 'good' };
}

/** The same in a word or two, as there is room for on the stage. */
export function stageWord(move: MoveView): string {
  const { stage, isEqual, source, bytes } = move;
  switch (stage) {
    case 'catchUp':
      if (isEqual !== undefined) return isEqual ? 'roots equal' : 'roots differ';
      return source === NO_NODE ? 'log' : showSize(bytes);
    case 'transfer':
      return 'new leader';
    case 'rollBack':
      return 'undone';
    default:
      return stage;
  }
}
