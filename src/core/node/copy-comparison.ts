import { ByteWriter } from '../base/byte-writer.ts';
import { equalHashes, type Hash64 } from '../base/hash128.ts';
import type { LogIndex, Micros, NodeId, Term } from '../base/ids.ts';
import type { VerifiedCopy } from '../meta/meta-state.ts';

/** A comparison that was asked for and may come to an end. */
interface UnderWay {
  readonly token: number;
  readonly learner: NodeId;
  /** Of the entry behind which both are read. */
  readonly index: LogIndex;
  readonly term: Term;
  readonly begunUs: Micros;
  own: Hash64 | undefined;
  theirs: Hash64 | undefined;
}

export interface ComparedCopy {
  readonly token: number;
  readonly learner: NodeId;
  readonly copy: VerifiedCopy;
  readonly isEqual: boolean;
}

/** A leader's side of comparing a learner's Merkle root with its own at one entry of the log. */
export class CopyComparison {
  private underWay: UnderWay | undefined;
  /** The last that were equal. */
  private equal: ComparedCopy | undefined;

  /** Whether one for this token was begun by the leader of this term, and after this moment: what the learner said may be lost. */
  isUnderWay(token: number, term: Term, sinceUs: Micros): boolean {
    const { underWay } = this;
    return underWay?.token === token && underWay.term === term && underWay.begunUs > sinceUs;
  }

  get verified(): { readonly token: number; readonly copy: VerifiedCopy } | undefined {
    return this.equal && { token: this.equal.token, copy: this.equal.copy };
  }

  begin(begun: Omit<UnderWay, 'own' | 'theirs'>): void {
    this.underWay = { ...begun, own: undefined, theirs: undefined };
  }

  /** What was read here behind an entry. @returns what the comparison came to, once both are known */
  readOwn(index: LogIndex, root: Hash64): ComparedCopy | undefined {
    if (this.underWay?.index === index) this.underWay.own = root;
    return this.settle();
  }

  readTheirs(from: NodeId, token: number, index: LogIndex, root: Hash64): ComparedCopy | undefined {
    const { underWay } = this;
    if (underWay?.index === index && underWay.token === token && underWay.learner === from) underWay.theirs = root;
    return this.settle();
  }

  private settle(): ComparedCopy | undefined {
    const { underWay } = this;
    if (underWay?.own === undefined || underWay.theirs === undefined) return undefined;
    const { token, learner, index, own, theirs } = underWay;
    this.underWay = undefined;
    const root = new ByteWriter(8).u32(own.high).u32(own.low).finish();
    const compared = { token, learner, copy: { index, root }, isEqual: equalHashes(own, theirs) };
    if (compared.isEqual) this.equal = compared;
    return compared;
  }
}
