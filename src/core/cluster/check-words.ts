import type { CheckReport, SeenOperation, SeenValue, ViolationReport } from './check-report.ts';

const VALUE_SHOWN_MAX = 18;

/** A text without its quotes; anything long is told by its beginning. */
export function valueWords(value: SeenValue): string {
  if (value === null) return 'absent';
  const parsed: unknown = JSON.parse(value);
  const text = typeof parsed === 'string' && parsed !== '' ? parsed : value;
  const letters = [...text];
  return letters.length > VALUE_SHOWN_MAX ? `${letters.slice(0, VALUE_SHOWN_MAX).join('')}…` : text;
}

/** `PUT 1`, `GET`, `CAS 1→5`, `DELETE`: without the key. */
export function askedWords({ kind, written, expected }: SeenOperation): string {
  switch (kind) {
    case 'read':
      return 'GET';
    case 'delete':
      return 'DELETE';
    case 'write':
      return `PUT ${valueWords(written)}`;
    case 'cas':
      return `CAS ${expected === null ? 'nil' : valueWords(expected)}→${valueWords(written)}`;
  }
}

/** What the client was told, in a word or two. */
export function answerWords({ kind, status, answered, swapped, underWay }: SeenOperation): string {
  if (underWay === true) return 'under way';
  if (status === 'unknown') return 'unknown';
  if (status === 'fail') return 'failed';
  if (kind === 'read') return valueWords(answered ?? null);
  if (kind !== 'cas' || swapped) return 'ok';
  return answered === undefined ? 'no match' : `no, ${valueWords(answered)}`;
}

/** `b’s read of 1`. */
export function actWords(operation: SeenOperation): string {
  const { process, kind, status } = operation;
  if (kind === 'read' && status === 'ok') return `${process}’s read of ${answerWords(operation)}`;
  const outcome = status === 'ok' && (kind !== 'cas' || operation.swapped) ? '' : ` (${answerWords(operation)})`;
  return `${process}’s ${askedWords(operation)}${outcome}`;
}

/** What has to come before the operation that fits nowhere: the last that had returned when it began. */
export function lastBefore({ explanation, failed }: ViolationReport): SeenOperation | undefined {
  return explanation
    .filter(({ status, completed }) => status === 'ok' && completed < failed.invoked)
    .reduce<SeenOperation | undefined>(
      (last, each) => (last === undefined || each.completed > last.completed ? each : last),
      undefined,
    );
}

/** The violation in sentences, as one would tell it. */
export function violationWords(violation: ViolationReport): string {
  const { failed, possible, order, explanation, stuck } = violation;
  const others = stuck.filter((place) => place !== failed.invoked).length;
  const rest = others === 0 ? '' : ` ${others} more wait${others === 1 ? 's' : ''} behind it.`;
  return `${fitWords(order, explanation)}${actWords(failed)} fits nowhere${becauseWords(violation)}: it could only meet ${
    possible.length === 0 ? 'nothing' : possible.map(valueWords).join(' or ')
  }.${rest}`;
}

function fitWords(order: ViolationReport['order'], explanation: ViolationReport['explanation']): string {
  if (order.length === 0) return '';
  const unknown = explanation.filter(({ status }) => status === 'unknown').length;
  const maybe = unknown === 0 ? '' : `, and ${unknown === 1 ? 'one' : unknown} may have happened or not`;
  return `${order.length} of ${explanation.length} operations fit one order${maybe}. `;
}

function becauseWords(violation: ViolationReport): string {
  const before = lastBefore(violation);
  return before === undefined ? '' : `, for ${actWords(before)} had ended before it began`;
}

/** `318 operations on 97 keys, 3 outcomes unknown`. */
export function sizeWords({ operations, keys, unknown }: CheckReport): string {
  const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
  const open = unknown === 0 ? '' : `, ${counted(unknown, 'outcome')} unknown`;
  return `${counted(operations, 'operation')} on ${counted(keys.length, 'key')}${open}`;
}

/** Of how long a check took. */
export const tookWords = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);
