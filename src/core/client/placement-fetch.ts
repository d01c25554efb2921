import { assert } from '../base/assert.ts';
import type { LogIndex, Micros, NodeId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';
import type { ClientTiming } from './timing.ts';

/** What somebody said there is to know: the epoch of a ring, and an entry of the meta group's log. */
export interface PlacementNews {
  readonly ringEpoch: number;
  readonly metaIndex: LogIndex;
}

/** After so many questions in a row that brought nothing new the client waits until it is told again. */
const QUESTIONS_MAX = 5;

/** A search that found nothing is not repeated before so many of the longest back-offs, the second half of it drawn. */
const BACKOFFS_BETWEEN_SEARCHES = 10;

/**
 * When to ask somebody for the whole placement. What a node said of the shard in hand takes the request further at once; this is for all other
 * shards, so that each of them does not cost a hop of its own. At most one question is under way, and each waits a moment that is drawn: a change of
 * the ring is news to all clients at the same time (bug 52: DynamoDB, ATC '22, "the caches of a fleet must not fill all at once").
 * Where nobody tells, because all that the client knows of are gone, it searches: it asks the contact points, each once, until one of them knows more.
 */
export class PlacementFetch {
  private readonly timing: ClientTiming;
  private readonly random: RandomStream;
  /** Whose answer is awaited. */
  private underWay: { readonly requestId: number; readonly to: NodeId } | undefined;
  /** When the next question is due, or the one under way counts as silent. Undefined: nothing is wanted. */
  wakeAtUs: Micros | undefined;
  /** The operation by which it came up. */
  operation = 0;
  private wanted: PlacementNews = { ringEpoch: 0, metaIndex: 0 };
  private first: NodeId | undefined;
  private asked: NodeId[] = [];
  private questions = 0;
  private isSearch = false;
  private nextSearchUs: Micros = 0;

  constructor(timing: ClientTiming, random: RandomStream) {
    this.timing = timing;
    this.random = random;
  }

  /** `from` knows of more than `known`. @returns whether this is what makes the client ask */
  told(nowUs: Micros, from: NodeId, news: PlacementNews, known: PlacementNews, operation: number): boolean {
    if (!isAhead(news, known)) return false;
    const { wanted } = this;
    this.wanted = {
      ringEpoch: Math.max(wanted.ringEpoch, news.ringEpoch),
      metaIndex: Math.max(wanted.metaIndex, news.metaIndex),
    };
    if (this.wakeAtUs !== undefined) return false;
    this.first = from;
    this.asked = [];
    this.isSearch = false;
    this.begin(nowUs, operation);
    return true;
  }

  /**
   * What the client knows leads nowhere: anything newer is wanted.
   * @param contacts of these, but for `asked`, who have said nothing of use
   */
  search(
    nowUs: Micros,
    contacts: readonly NodeId[],
    asked: readonly NodeId[],
    known: PlacementNews,
    operation: number,
  ): void {
    if (this.wakeAtUs !== undefined || nowUs < this.nextSearchUs) return;
    if (contacts.every((node) => asked.includes(node))) return;
    this.wanted = { ...known, metaIndex: known.metaIndex + 1 };
    this.asked = [...asked];
    this.isSearch = true;
    this.begin(nowUs, operation);
  }

  private begin(nowUs: Micros, operation: number): void {
    this.questions = 0;
    this.operation = operation;
    this.wakeAtUs = nowUs + this.random.between(1, this.timing.backoffUsMin);
  }

  /**
   * It is time: whoever was asked before is silent, and counts for nothing any more.
   * @param nodes whom the client knows of; @param contacts its contact points
   * @returns whom to ask now, first whoever told of it; undefined: that was often enough
   */
  wake(nowUs: Micros, nodes: readonly NodeId[], contacts: readonly NodeId[]): NodeId | undefined {
    const { asked, first } = this;
    this.underWay = undefined;
    this.wakeAtUs = undefined;
    if (this.isSearch) return this.nextContact(nowUs, contacts);
    if (this.questions >= QUESTIONS_MAX) return undefined;
    if (first !== undefined && !asked.includes(first)) return first;
    return nodes.find((node) => !asked.includes(node)) ?? nodes[0];
  }

  /** Drawn, so that not all clients ask the same one. */
  private nextContact(nowUs: Micros, contacts: readonly NodeId[]): NodeId | undefined {
    const left = contacts.filter((node) => !this.asked.includes(node));
    if (left.length > 0) return left[this.random.between(0, left.length - 1)];
    const restUs = BACKOFFS_BETWEEN_SEARCHES * this.timing.backoffUsMax;
    this.nextSearchUs = nowUs + this.random.between(Math.ceil(restUs / 2), restUs);
    return undefined;
  }

  sent(nowUs: Micros, requestId: number, to: NodeId): void {
    assert(this.underWay === undefined, 'one question at a time');
    this.underWay = { requestId, to };
    this.asked.push(to);
    this.questions++;
    this.wakeAtUs = nowUs + this.timing.requestTimeoutUs;
  }

  isOf(requestId: number): boolean {
    return this.underWay?.requestId === requestId;
  }

  /** @param known what the client knows with the answer; nothing new where it was a refusal */
  answered(nowUs: Micros, known: PlacementNews): void {
    this.underWay = undefined;
    this.wakeAtUs = undefined;
    if (!isAhead(this.wanted, known)) return;
    const { backoffUsMin, backoffUsMax } = this.timing;
    if (this.isSearch) {
      this.wakeAtUs = nowUs + this.random.between(1, backoffUsMin);
      return;
    }
    if (this.questions >= QUESTIONS_MAX) return;
    const waitUs = Math.min(backoffUsMax, backoffUsMin * (1 << this.questions));
    this.wakeAtUs = nowUs + this.random.between(Math.ceil(waitUs / 2), waitUs);
  }
}

const isAhead = (news: PlacementNews, known: PlacementNews): boolean =>
  news.ringEpoch > known.ringEpoch || news.metaIndex > known.metaIndex;
