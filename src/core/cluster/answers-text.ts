import type { NodeId } from '../base/ids.ts';
import type { EventualAsk } from '../node/eventual/eventual-message.ts';
import { nodeName } from './snapshot.ts';

export const namesText = (nodes: readonly NodeId[]): string => nodes.map(nodeName).join(', ');

/** Of the answers, those that a fallback gave. */
export const hintsOf = (answers: readonly EventualAsk[]): readonly EventualAsk[] =>
  answers.filter(({ to, home }) => to !== home);

/** `n1, n3 and a hint for n2 on n4`. */
export function answersText(answers: readonly EventualAsk[]): string {
  const own = answers.filter(({ to, home }) => to === home).map(({ to }) => to);
  const hints = hintsOf(answers).map(({ to, home }) => `a hint for ${nodeName(home)} on ${nodeName(to)}`);
  return [namesText(own), ...hints].filter((part) => part !== '').join(' and ') || 'nobody';
}
