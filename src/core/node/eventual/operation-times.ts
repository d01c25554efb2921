import type { Micros } from '../../base/ids.ts';

/** Longer than this no client is kept waiting. */
const WAIT_US_MAX: Micros = 60_000_000;
/** After its time is up an operation is looked after for so many times `overdueUs`: hints for who stays silent, repair of who comes late. */
const OVERDUES_AFTER_ANSWER = 10;

/** When one operation is to be looked at. */
export class OperationTimes {
  /** Next. */
  dueUs: Micros;
  private readonly overdueUs: Micros;
  private readonly answerAtUs: Micros;
  private overdueAtUs: Micros;

  /** @param sinceUs when the request came */
  constructor(nowUs: Micros, sinceUs: Micros, waitUs: Micros, overdueUs: Micros) {
    this.overdueUs = overdueUs;
    this.answerAtUs = sinceUs + Math.min(waitUs, WAIT_US_MAX);
    this.overdueAtUs = nowUs + overdueUs;
    this.dueUs = Math.min(this.overdueAtUs, this.answerAtUs);
  }

  /** Nothing is waited for any more, answered or not. */
  isEnd(nowUs: Micros): boolean {
    return nowUs >= this.answerAtUs + OVERDUES_AFTER_ANSWER * this.overdueUs;
  }

  /** What is due now. */
  take(nowUs: Micros): { readonly isExpired: boolean; readonly isOverdue: boolean } {
    const isExpired = nowUs >= this.answerAtUs;
    const isOverdue = nowUs >= this.overdueAtUs;
    if (isOverdue) this.overdueAtUs = nowUs + this.overdueUs;
    this.dueUs = isExpired ? this.overdueAtUs : Math.min(this.overdueAtUs, this.answerAtUs);
    return { isExpired, isOverdue };
  }
}
