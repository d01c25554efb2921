import { must } from '../../base/assert.ts';
import { compareBytes } from '../../base/bytes.ts';
import type { Hash64 } from '../../base/hash128.ts';
import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { MerkleWalk } from '../../merkle/merkle-walk.ts';
import { NO_LIMITS, type PurgeLimits } from '../../replication/purge-limits.ts';
import { encodeRow, type Row } from '../../replication/row.ts';
import { digestRows, type HeldRow, planSync } from '../../replication/sync-rows.ts';
import { exchangedRows, ROWS_TOLD, type TakenSyncRow } from './exchanged-rows.ts';
import type { SyncCompared, SyncExchanged, SyncOutcome, SyncReason } from './sync-event.ts';
import type { SyncAnswer, SyncQuestion, SyncTold } from './sync-message.ts';
import { isRefused, type ScannedRows, type SyncRows, type SyncWorld } from './sync-world.ts';

/** A question that stays without an answer is asked again, */
const HEARTBEATS_UNTIL_RESENT = 2;
/** and after so many upper election timeouts without any the walk ends. */
const ELECTION_TIMEOUTS_SILENT = 4;
/** A walk of which the other side knows nothing any more, or whose watermark rose meanwhile, begins anew so often. */
const RESTARTS_MAX = 3;
/** What one side reads, and what one message carries at most; one row is never too big. */
export const PIECE = { rows: 1024, bytes: 64 * 1024 };
const KEYS_ASKED = 64;
const NEVER: Micros = Number.POSITIVE_INFINITY;

export interface WalkInit {
  readonly shard: ShardId;
  readonly peer: NodeId;
  readonly sync: number;
  readonly reason: SyncReason;
  /** 0: of none. */
  readonly round: number;
}

export interface WalkEnd {
  readonly outcome: SyncOutcome;
  /** The other one's. */
  readonly limits: PurgeLimits;
  readonly keysHeld: number;
  /** Rows that the other one refused and may take when they come again. */
  readonly refusedForNow: number;
  /** As the other one was when its tree was begun: only who has all of what it has, has all. */
  readonly isPeerComplete: boolean;
  /** Of the placement, as the other one knew it last; undefined: it said nothing. */
  readonly peerEpoch: number | undefined;
  /** Its tree was compared. */
  readonly hasTold: boolean;
}

/**
 * One comparison with another home, as the one who asks sees it: a walk down the two Merkle trees, then, key by key through the leaves that differ, digests of
 * rows, and rows in both directions where these differ. What either takes is on its disk before the walk goes on. One question at a time, each of
 * bounded size; what is lost is asked again.
 */
export class SyncWalk {
  readonly init: WalkInit;
  private readonly world: SyncWorld;
  private readonly rows: SyncRows;
  private readonly onEnd: (end: WalkEnd) => void;
  private readonly isCopy: boolean;
  private walk: MerkleWalk | undefined;
  private limits: PurgeLimits = NO_LIMITS;
  /** By which rows are compared. */
  private watermarkUs: Micros;
  private leaves: ReadonlySet<number> = new Set();
  /** Of the leaves that differ, what lies in the piece that is compared. */
  private own: ScannedRows = { rows: [], scanned: 0, upTo: undefined };
  private toSend: readonly Uint8Array[] = [];
  private toAsk: readonly Uint8Array[] = [];
  /** In the question that waits for an answer. */
  private sending: readonly HeldRow[] = [];
  private pieceEnd: Uint8Array | undefined;
  private question: SyncQuestion | undefined;
  private step = 0;
  private sentUs: Micros = 0;
  private heardUs: Micros = 0;
  private keysThere = 0;
  /** In detail; the others are counted. */
  private rowsTold = 0;
  private restarts = 0;
  private refusedForNow = 0;
  private isPeerComplete = false;
  private peerEpoch: number | undefined;
  private isOver = false;
  private readonly counts = { hashes: 0, keys: 0, leaves: 0, sent: 0, taken: 0, refused: 0, keysHeld: 0, scanned: 0 };

  constructor(world: SyncWorld, rows: SyncRows, init: WalkInit, onEnd: (end: WalkEnd) => void) {
    this.world = world;
    this.rows = rows;
    this.init = init;
    this.onEnd = onEnd;
    this.isCopy = rows.isIncomplete;
    this.watermarkUs = this.ownLimits.watermarkUs;
  }

  start(): void {
    const { shard, peer, sync, reason } = this.init;
    this.world.report({ type: 'SyncStarted', shard, peer, sync, reason });
    this.begin();
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    if (this.question === undefined || this.isOver) return NEVER;
    return this.sentUs + HEARTBEATS_UNTIL_RESENT * this.world.heartbeatIntervalUs;
  }

  tick(): void {
    const { world } = this;
    if (world.nowUs < this.dueUs) return;
    if (world.nowUs - this.heardUs >= ELECTION_TIMEOUTS_SILENT * world.electionTimeoutUsMax) this.end('no answer');
    else this.send();
  }

  /** The replica is gone, or begins anew. */
  abandon(): void {
    this.isOver = true;
  }

  told({ sync, step, limits, epoch, isComplete, answer }: SyncTold): void {
    if (sync !== this.init.sync || step !== this.step || this.question === undefined || this.isOver) return;
    this.heardUs = this.world.nowUs;
    this.peerEpoch = epoch;
    if (this.question.type === 'root') this.isPeerComplete = isComplete;
    if (answer.type === 'refused') this.end(answer.why);
    // Leaves were compared that are not those of now.
    else if (isComplete !== this.isPeerComplete) this.restart();
    else if (answer.type === 'gone') this.restart();
    else this.catchUp(limits, () => this.take(answer));
  }

  /** What neither has purged is compared by the higher watermark; where that is the other one's, this one's rises first. */
  private catchUp(limits: PurgeLimits, then: () => void): void {
    const { world, init, watermarkUs } = this;
    this.limits = limits;
    if (limits.watermarkUs <= watermarkUs) {
      then();
      return;
    }
    this.watermarkUs = limits.watermarkUs;
    // A copy takes the limits when it has everything that they are about.
    if (this.isCopy) this.restart();
    else world.raiseLimits(init.shard, { fenceUs: 0, watermarkUs: limits.watermarkUs }, () => this.restart());
  }

  private restart(): void {
    if (this.isOver) return;
    this.restarts++;
    if (this.restarts > RESTARTS_MAX) this.end('unsettled');
    else this.begin();
  }

  private begin(): void {
    this.idle();
    const { ownLimits, isCopy } = this;
    if (!isCopy) this.watermarkUs = Math.max(this.watermarkUs, ownLimits.watermarkUs);
    this.rows.tree(
      this.watermarkUs,
      ({ hashes, keys, scanned }) => {
        if (this.isOver) return;
        this.walk = new MerkleWalk(hashes);
        this.counts.keysHeld = keys;
        this.counts.scanned += scanned;
        this.ask({ type: 'root' });
      },
      () => this.end('Damaged'),
    );
  }

  private get ownLimits(): PurgeLimits {
    return this.isCopy ? NO_LIMITS : this.world.limits(this.init.shard);
  }

  private take(answer: Exclude<SyncAnswer, { readonly type: 'refused' | 'gone' }>): void {
    const { question } = this;
    if (this.isOver || question === undefined) return;
    if (answer.type === 'hashes') {
      if (question.type === 'root' || question.type === 'inner' || question.type === 'leaves')
        this.takeHashes(question.type, answer);
    } else if (answer.type === 'digests') {
      if (question.type === 'rows') this.takeDigests(question.upTo, answer);
    } else if (question.type === 'exchange') this.takeRows(answer);
  }

  private takeHashes(level: SyncCompared['level'], { hashes, keys }: Extract<SyncAnswer, { type: 'hashes' }>): void {
    const walk = must(this.walk, 'a walk asks for hashes');
    if (!walk.hashesTold(hashes)) return;
    this.counts.hashes += hashes.length;
    this.keysThere = keys;
    const { question: next } = walk;
    const { differing, own, theirs } = must(walk.compared, 'hashes were compared');
    this.compared(level, hashes.length, differing, own.map(firstWord), theirs.map(firstWord));
    if (next === undefined) this.end('equal');
    else if (next.type === 'rows') {
      this.leaves = new Set(next.leaves);
      this.counts.leaves = next.leaves.length;
      this.nextPiece(undefined);
    } else this.ask(next);
  }

  /** The next rows here of the leaves that differ; of as many keys the other side is asked for digests. */
  private nextPiece(after: Uint8Array | undefined): void {
    this.idle();
    const { leaves } = this;
    this.rows.scan(
      leaves,
      { after, upTo: undefined },
      PIECE,
      (own) => {
        if (this.isOver) return;
        this.own = own;
        this.counts.scanned += own.scanned;
        this.ask({ type: 'rows', leaves: [...leaves], after, upTo: own.upTo });
      },
      () => this.end('Damaged'),
    );
  }

  private takeDigests(askedUpTo: Uint8Array | undefined, answer: Extract<SyncAnswer, { type: 'digests' }>): void {
    const { rows: theirs, upTo } = answer;
    const end = upTo ?? askedUpTo;
    // Beyond what the other one has come to, it is compared with the next piece.
    const own = end === undefined ? this.own.rows : this.own.rows.filter(({ key }) => compareBytes(key, end) <= 0);
    this.counts.keys += theirs.length;
    this.compared('rows', theirs.length, [...this.leaves], [], []);
    const { send, ask } = planSync(digestRows(0, own, this.watermarkUs), theirs);
    this.toSend = send;
    this.toAsk = ask;
    this.pieceEnd = end;
    this.exchange();
  }

  /** Rows as they are now: since they were scanned they can only have become more. */
  private exchange(): void {
    this.idle();
    const { toSend, toAsk, pieceEnd } = this;
    if (toSend.length === 0 && toAsk.length === 0) {
      if (pieceEnd === undefined) this.end(this.counts.refused > 0 ? 'rows refused' : 'exchanged');
      else this.nextPiece(pieceEnd);
      return;
    }
    readPiece(
      this.rows,
      toSend,
      (rows) => {
        if (this.isOver) return;
        this.sending = rows;
        this.ask({ type: 'exchange', rows, keys: toAsk.slice(0, KEYS_ASKED) });
      },
      () => this.end('Damaged'),
    );
  }

  private takeRows({ refused, below, rows }: Extract<SyncAnswer, { type: 'exchanged' }>): void {
    const { counts, sending, toAsk, isCopy } = this;
    this.idle();
    counts.sent += sending.length - refused;
    counts.refused += refused;
    this.refusedForNow += refused - below.length;
    this.toSend = this.toSend.slice(sending.length);
    this.toAsk = toAsk.slice(rows.length);
    const take = (): void => takeAll(this.rows, rows, isCopy, went);
    const went = (came: readonly TakenSyncRow[]): void => {
      if (this.isOver) return;
      const taken = came.filter(({ now }) => now !== undefined).length;
      const notTaken = came.length - taken;
      counts.taken += taken;
      counts.refused += notTaken;
      this.exchanged({ sent: sending.length - refused, taken, refused: refused + notTaken }, toAsk, came);
      this.exchange();
    };
    if (isCopy && this.isPeerComplete)
      this.discard(
        below.flatMap((place) => sending[place]?.key ?? []),
        take,
      );
    else take();
  }

  /** What a home that holds everything will never take is not to be here either: the next walk finds nothing of it, and comes to its end. */
  private discard(keys: readonly Uint8Array[], then: () => void): void {
    let waiting = keys.length;
    if (waiting === 0) then();
    for (const key of keys)
      this.rows.discard(key, this.watermarkUs, () => {
        waiting--;
        if (waiting === 0) then();
      });
  }

  private exchanged(
    done: Pick<SyncExchanged, 'sent' | 'taken' | 'refused'>,
    asked: readonly Uint8Array[],
    came: readonly TakenSyncRow[],
  ): void {
    const { shard, peer, sync } = this.init;
    const rows = exchangedRows(this.rows, this.own.rows, this.sending, asked, came, ROWS_TOLD - this.rowsTold);
    this.rowsTold += rows.length;
    this.world.report({ type: 'SyncExchanged', shard, peer, sync, ...done, rows });
  }

  private compared(
    level: SyncCompared['level'],
    count: number,
    differing: readonly number[],
    own: readonly number[],
    theirs: readonly number[],
  ): void {
    const { init, counts, keysThere } = this;
    const { shard, peer, sync } = init;
    const told = { level, count, differing, own, theirs, keysHeld: counts.keysHeld, keysThere };
    this.world.report({ type: 'SyncCompared', shard, peer, sync, ...told });
  }

  /** This side works: no answer is waited for. */
  private idle(): void {
    this.question = undefined;
  }

  private ask(question: SyncQuestion): void {
    this.question = question;
    this.step++;
    this.heardUs = this.world.nowUs;
    this.send();
  }

  private send(): void {
    const { world, init, step, ownLimits: limits, isCopy } = this;
    const { shard, peer, sync, round } = init;
    this.sentUs = world.nowUs;
    const question = must(this.question, 'a question is asked');
    world.send(peer, { type: 'SyncAsked', shard, sync, step, limits, round, isCopy, question });
  }

  private end(outcome: SyncOutcome): void {
    if (this.isOver) return;
    this.isOver = true;
    this.idle();
    const { counts, init, limits } = this;
    const { shard, peer, sync } = init;
    this.world.report({ type: 'SyncEnded', shard, peer, sync, outcome, ...counts });
    const { refusedForNow, isPeerComplete, peerEpoch } = this;
    const hasTold = counts.hashes > 0;
    const keysHeld = counts.keysHeld;
    this.onEnd({ outcome, limits, keysHeld, refusedForNow, isPeerComplete, peerEpoch, hasTold });
  }
}

/** The rows of the first of these keys, as many as one message carries; an empty one where there is none. */
export function readPiece(
  source: SyncRows,
  keys: readonly Uint8Array[],
  done: (rows: readonly HeldRow[]) => void,
  failed: () => void,
): void {
  const rows: HeldRow[] = [];
  let bytes = 0;
  const next = (): void => {
    const key = keys[rows.length];
    if (key === undefined || bytes >= PIECE.bytes || rows.length >= PIECE.rows) {
      done(rows);
      return;
    }
    const read = (row: Row): void => {
      rows.push({ key, row });
      bytes += key.length + encodeRow(row).length;
      next();
    };
    source.get(key, read, failed);
  };
  next();
}

/** @param done when all of them are on the disk, or refused. Of an empty row nothing is taken */
export function takeAll(
  target: SyncRows,
  rows: readonly HeldRow[],
  isCopy: boolean,
  done: (taken: readonly TakenSyncRow[]) => void,
): void {
  const taken: TakenSyncRow[] = rows.map((held) => ({ ...held, now: [], isBelow: false }));
  let waiting = rows.filter(({ row }) => row.length > 0).length;
  if (waiting === 0) done(taken);
  for (const [at, held] of rows.entries()) {
    if (held.row.length === 0) continue;
    target.take(held, isCopy, (came) => {
      const refusal = isRefused(came) ? came.refused : undefined;
      taken[at] = { ...held, now: isRefused(came) ? undefined : came, isBelow: refusal === 'below' };
      waiting--;
      if (waiting === 0) done(taken);
    });
  }
}

const firstWord = ({ high }: Hash64): number => high >>> 0;
