import type { Micros, NodeId } from '../base/ids.ts';

interface Word {
  /** Who said so; the suspect itself: it was silent to this client. */
  readonly by: NodeId;
  readonly atUs: Micros;
}

/** For so many request timeouts a word counts that nobody has repeated. */
const TIMEOUTS_REMEMBERED = 30;

/**
 * Whom a client takes for slow or gone: a node that was silent to it, until it answers; and a node that another one suspects by phi, as its last
 * answer said. What the client has seen itself within a request timeout goes before what others say. It decides whom to ask as well, never what is true.
 */
export class Suspicions {
  private readonly requestTimeoutUs: Micros;
  private readonly words = new Map<NodeId, Word>();
  private readonly answeredUs = new Map<NodeId, Micros>();

  constructor(requestTimeoutUs: Micros) {
    this.requestTimeoutUs = requestTimeoutUs;
  }

  silent(nowUs: Micros, node: NodeId): void {
    this.words.set(node, { by: node, atUs: nowUs });
  }

  /** @param suspects whom `by` suspects now */
  answered(nowUs: Micros, by: NodeId, suspects: readonly NodeId[]): void {
    this.answeredUs.set(by, nowUs);
    this.words.delete(by);
    for (const [node, word] of this.words) if (word.by === by && !suspects.includes(node)) this.words.delete(node);
    for (const node of suspects) {
      const answeredUs = this.answeredUs.get(node) ?? Number.NEGATIVE_INFINITY;
      if (nowUs - answeredUs > this.requestTimeoutUs && node !== by) this.words.set(node, { by, atUs: nowUs });
    }
  }

  /** Who says that the node is silent; undefined: nobody does. */
  of(nowUs: Micros, node: NodeId): NodeId | undefined {
    const word = this.words.get(node);
    if (word === undefined) return undefined;
    return nowUs - word.atUs <= TIMEOUTS_REMEMBERED * this.requestTimeoutUs ? word.by : undefined;
  }

  /** The same nodes, those that are suspected behind the others. */
  last(nowUs: Micros, nodes: readonly NodeId[]): readonly NodeId[] {
    const isSuspected = (node: NodeId): boolean => this.of(nowUs, node) !== undefined;
    return [...nodes.filter((node) => !isSuspected(node)), ...nodes.filter(isSuspected)];
  }
}
