import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { MerkleHashes } from '../../merkle/merkle-hashes.ts';
import { hashesAsked, isSoundQuestion } from '../../merkle/merkle-walk.ts';
import { digestRows, type HeldRow } from '../../replication/sync-rows.ts';
import type { SyncAnswer, SyncAsked, SyncQuestion } from './sync-message.ts';
import { PIECE, readPiece, takeAll } from './sync-walk.ts';
import type { SyncRows, SyncWorld } from './sync-world.ts';

/** What is kept for a walk goes when nothing was asked for so many upper election timeouts. */
const ELECTION_TIMEOUTS_KEPT = 10;

interface Session {
  readonly sync: number;
  /** The last question that is answered, or being answered. */
  step: number;
  isAnswering: boolean;
  /** All rows were here when the tree was begun. */
  isComplete: boolean;
  /** Undefined: being built. */
  hashes: MerkleHashes | undefined;
  keys: number;
  untilUs: Micros;
}

/** Answers walks of other homes: one walk of each at a time. What it knows of them, a restart forgets. */
export class SyncSource {
  private readonly world: SyncWorld;
  private readonly shard: ShardId;
  private readonly sessions = new Map<NodeId, Session>();

  constructor(world: SyncWorld, shard: ShardId) {
    this.world = world;
    this.shard = shard;
  }

  /** @param rows of a home, or, for whoever collects what is left, of anybody */
  asked(from: NodeId, rows: SyncRows, asked: SyncAsked): void {
    const { world, shard } = this;
    const session = this.sessionOf(from, asked);
    if (session === undefined || (session.isAnswering && session.step === asked.step)) return;
    session.step = asked.step;
    session.isAnswering = true;
    session.untilUs = world.nowUs + ELECTION_TIMEOUTS_KEPT * world.electionTimeoutUsMax;
    const answer = (): void => this.answer(from, rows, session, asked);
    const { watermarkUs } = asked.limits;
    // It was completed, whoever has missed that.
    if (watermarkUs <= world.limits(shard).watermarkUs) answer();
    else world.raiseLimits(shard, { fenceUs: 0, watermarkUs }, answer);
  }

  /** It begins anew, or is no home any more. */
  forget(): void {
    this.sessions.clear();
  }

  refuse(from: NodeId, { sync, step, question }: SyncAsked, answer: SyncAnswer): void {
    const { world, shard } = this;
    const session = question.type === 'root' ? this.sessions.get(from) : undefined;
    const isComplete = session?.isComplete ?? world.rows(shard)?.isIncomplete === false;
    const { epoch } = world.placement(shard);
    world.send(from, { type: 'SyncTold', shard, sync, step, limits: world.limits(shard), epoch, isComplete, answer });
  }

  /** Undefined: it is late, or is no question. */
  private sessionOf(from: NodeId, { sync, step, question }: SyncAsked): Session | undefined {
    for (const [node, { untilUs }] of this.sessions) if (untilUs < this.world.nowUs) this.sessions.delete(node);
    const known = this.sessions.get(from);
    if (known !== undefined && (known.sync > sync || (known.sync === sync && known.step > step))) return undefined;
    if (question.type !== 'exchange' && !isSoundQuestion(question)) return undefined;
    if (known?.sync === sync) return known;
    const session = { sync, step: 0, isAnswering: false, isComplete: false, hashes: undefined, keys: 0, untilUs: 0 };
    this.sessions.set(from, session);
    return session;
  }

  private answer(from: NodeId, rows: SyncRows, session: Session, asked: SyncAsked): void {
    const tell = (answer: SyncAnswer): void => {
      if (this.sessions.get(from) !== session || session.step !== asked.step) return;
      session.isAnswering = false;
      this.refuse(from, asked, answer);
    };
    const failed = (): void => tell({ type: 'refused', why: 'Damaged' });
    const { question } = asked;
    if (question.type === 'root') this.build(rows, session, tell, failed);
    else if (question.type === 'rows') this.digest(rows, question, tell, failed);
    else if (question.type === 'exchange') this.exchange(rows, question, tell, failed);
    else if (session.hashes === undefined) tell({ type: 'gone' });
    else tell({ type: 'hashes', keys: session.keys, hashes: hashesAsked(session.hashes, question) });
  }

  /** As of now; asked again, of another moment. */
  private build(rows: SyncRows, session: Session, tell: (answer: SyncAnswer) => void, failed: () => void): void {
    session.isComplete = !rows.isIncomplete;
    rows.tree(
      this.world.limits(this.shard).watermarkUs,
      ({ hashes, keys }) => {
        session.hashes = hashes;
        session.keys = keys;
        tell({ type: 'hashes', keys, hashes: [hashes.root] });
      },
      failed,
    );
  }

  private digest(
    rows: SyncRows,
    { leaves, after, upTo }: Extract<SyncQuestion, { type: 'rows' }>,
    tell: (answer: SyncAnswer) => void,
    failed: () => void,
  ): void {
    const { watermarkUs } = this.world.limits(this.shard);
    rows.scan(
      new Set(leaves),
      { after, upTo },
      PIECE,
      (scanned) => tell({ type: 'digests', rows: digestRows(0, scanned.rows, watermarkUs), upTo: scanned.upTo }),
      failed,
    );
  }

  private exchange(
    own: SyncRows,
    { rows, keys }: Extract<SyncQuestion, { type: 'exchange' }>,
    tell: (answer: SyncAnswer) => void,
    failed: () => void,
  ): void {
    // What is asked for is told as it was before: the other side shows what either held.
    const found = (theirs: readonly HeldRow[]): void =>
      takeAll(own, rows, false, (taken) => {
        const refused = taken.filter(({ now }) => now === undefined).length;
        const below = [...taken.keys()].filter((place) => taken[place]?.isBelow === true);
        tell({ type: 'exchanged', refused, below, rows: theirs });
      });
    readPiece(own, keys, found, failed);
  }
}
