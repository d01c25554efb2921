import { must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { equalHashes, type Hash64 } from '../base/hash128.ts';
import { type LogIndex, type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import { LEAVES } from '../merkle/leaves.ts';
import type { MerkleHashes } from '../merkle/merkle-hashes.ts';
import { MerkleWalk } from '../merkle/merkle-walk.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { CheckMessage, MerkleAnswer, MerkleQuestion } from './check-message.ts';
import { replaceRows } from './replace-rows.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import type { ReplicaRow } from './replica-rows.ts';
import { runRootPass } from './root-pass.ts';
import { readRows } from './snapshot-rows.ts';
import type { StateMachine } from './state-machine.ts';
import type { NodeEvent } from './trace-event.ts';

/** So often it is tried by the leaves that differ; then all rows are fetched, as a snapshot would bring them. */
const TRIES_BY_WALK = 2;
/** A question that stays without an answer is asked again, */
const HEARTBEATS_UNTIL_RESENT = 2;
/** and after so many upper election timeouts without any it is no use to stand still any longer. */
const ELECTION_TIMEOUTS_HELD = 4;
const HASH_BYTES = 8;
const NEVER: Micros = Number.POSITIVE_INFINITY;

/** At one entry, behind which nothing is applied before it ends. */
interface Attempt {
  readonly index: LogIndex;
  readonly source: NodeId;
  tries: number;
  /** Undefined: all rows are fetched. */
  walk: MerkleWalk | undefined;
  /** What the source's root is. */
  expected: Hash64 | undefined;
  /** Waits for an answer; undefined: the replica reads or writes what it holds itself. */
  question: MerkleQuestion | undefined;
  /** Of `question`. */
  step: number;
  sentUs: Micros;
  heardUs: Micros;
  /** That came so far, for the present try. */
  rows: ReplicaRow[];
  hashes: number;
  keys: number;
  written: number;
  readonly leaves: Set<number>;
}

/** That is to be repaired. */
export interface DamagedReplica {
  machine(): StateMachine;
  /** A restart would find it in quarantine: else a crash could undo the repair and the quarantine with it. */
  isRecorded(): boolean;
}

export interface Repaired {
  readonly index: LogIndex;
  readonly by: 'walk' | 'all rows';
  readonly leaves: number;
  readonly hashes: number;
  readonly keys: number;
  readonly written: number;
}

type Walked = Pick<
  Extract<NodeEvent, { type: 'MerkleWalked' }>,
  'asked' | 'count' | 'bytes' | 'differing' | 'own' | 'theirs'
>;
type RowsTold = Extract<MerkleAnswer, { type: 'rows' }>;
type MerkleTold = Extract<CheckMessage, { type: 'MerkleTold' }>;

/**
 * A quarantined replica's way back. It asks its leader for a `Repair` entry; having applied that it stops, finds by a walk in which leaves it differs from
 * what the leader held behind the very same entry, replaces their rows in one batch and builds its root anew. Only where that is the leader's it is
 * sound again and goes on. Whatever goes wrong on the way, it goes on quarantined and asks for another entry.
 */
export class ReplicaRepair {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private readonly replica: DamagedReplica;
  /** Undefined: given up. It holds nothing up any more. */
  private readonly onEnd: (repaired: Repaired | undefined) => void;
  private attempt: Attempt | undefined;
  /** When it asks for an entry next; NEVER: it does not want any. */
  private nextAskUs: Micros = NEVER;
  /** Of the last entry at which it was tried. */
  private triedIndex: LogIndex = 0;

  constructor(
    env: ReplicaEnvironment,
    raft: RaftGroup,
    scope: ReplicaScope,
    replica: DamagedReplica,
    onEnd: (repaired: Repaired | undefined) => void,
  ) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.replica = replica;
    this.onEnd = onEnd;
  }

  /** Nothing is to be applied. */
  get isHolding(): boolean {
    return this.attempt !== undefined;
  }

  /** It is damaged: from now on it asks. */
  begin(): void {
    this.nextAskUs = this.env.nowUs;
    this.tick();
  }

  /** It is sound, or gone. */
  stop(): void {
    this.nextAskUs = NEVER;
    this.attempt = undefined;
  }

  /** A `Repair` entry for this replica was applied. After a restart old ones come by, when nobody is known to lead. */
  reached(index: LogIndex): void {
    const { env, raft, scope } = this;
    this.triedIndex = index;
    const source = raft.leader;
    if (source === NO_NODE || source === scope.id || this.nextAskUs === NEVER || !this.replica.isRecorded()) return;
    const { nowUs } = env;
    const none = { walk: undefined, expected: undefined, question: undefined };
    const counts = { tries: 0, step: 0, hashes: 0, keys: 0, written: 0 };
    this.attempt = { index, source, ...none, ...counts, sentUs: nowUs, heardUs: nowUs, rows: [], leaves: new Set() };
    env.events.push({ type: 'RepairStarted', shard: scope.shard, index, from: source });
    this.examine(this.attempt);
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    const { attempt, env } = this;
    if (attempt === undefined) return this.nextAskUs;
    if (attempt.question === undefined) return NEVER;
    return attempt.sentUs + HEARTBEATS_UNTIL_RESENT * env.limits.heartbeatIntervalUs;
  }

  tick(): void {
    const { attempt, env, raft, scope } = this;
    const { nowUs, limits } = env;
    if (nowUs < this.dueUs) return;
    if (attempt === undefined) {
      const isRecorded = this.replica.isRecorded();
      this.nextAskUs = nowUs + (isRecorded ? limits.electionTimeoutUsMax : limits.heartbeatIntervalUs);
      const { shard, replicaId } = scope;
      if (!isRecorded || raft.leader === NO_NODE || raft.leader === scope.id) return;
      env.outbox.push(raft.leader, { type: 'RepairAsked', shard, replicaId, after: this.triedIndex });
    } else if (nowUs - attempt.heardUs >= ELECTION_TIMEOUTS_HELD * limits.electionTimeoutUsMax) {
      this.abandon(attempt, 'no answer');
    } else this.send(attempt);
  }

  told(from: NodeId, { index, epoch, step, answer }: MerkleTold): void {
    const { attempt, env } = this;
    const isAnswer = attempt?.index === index && attempt.source === from && epoch === env.epoch;
    if (!isAnswer || attempt.step !== step || attempt.question === undefined) return;
    attempt.heardUs = env.nowUs;
    if (answer.type === 'gone') this.abandon(attempt, 'not kept');
    else if (answer.type === 'rows') this.takeRows(attempt, attempt.question, answer);
    else this.takeHashes(attempt, answer.hashes);
  }

  private takeHashes(attempt: Attempt, hashes: readonly Hash64[]): void {
    const { walk, question } = attempt;
    if (walk === undefined || question === undefined || question.type === 'rows' || !walk.hashesTold(hashes)) return;
    if (question.type === 'root') attempt.expected = hashes[0];
    attempt.hashes += hashes.length;
    const { question: next, compared } = walk;
    const { differing, own, theirs } = must(compared, 'hashes were compared');
    const bytes = hashes.length * HASH_BYTES;
    const words = { own: own.map(firstWord), theirs: theirs.map(firstWord) };
    this.report(attempt, { asked: question.type, count: hashes.length, bytes, differing, ...words });
    if (next === undefined) this.succeed(attempt);
    else this.ask(attempt, next.type === 'rows' ? { ...next, after: undefined } : next);
  }

  private takeRows(attempt: Attempt, question: MerkleQuestion, { rows: bytes, isLast }: RowsTold): void {
    if (question.type !== 'rows') return;
    const rows = readRows(bytes);
    attempt.rows.push(...rows);
    attempt.keys += rows.length;
    const told = { count: rows.length, bytes: bytes.length, differing: question.leaves };
    this.report(attempt, { asked: 'rows', ...told, own: [], theirs: [] });
    const after = rows.at(-1) ?? question.after;
    if (!isLast) {
      this.ask(attempt, { ...question, after });
      return;
    }
    attempt.question = undefined;
    const { env, scope } = this;
    for (const leaf of question.leaves) attempt.leaves.add(leaf);
    const replacing = replaceRows(env, scope, new Set(question.leaves), attempt.rows.splice(0));
    this.run(attempt, replacing, ({ equal, differing, shown }) => {
      attempt.written += differing;
      const { index, source: from } = attempt;
      env.events.push({ type: 'RowsReplaced', shard: scope.shard, index, from, equal, differing, rows: shown });
      this.examine(attempt);
    });
  }

  /** What does this replica hold by now? */
  private examine(attempt: Attempt): void {
    const { env, scope, replica } = this;
    const pass = replica.machine().startFullRootPass(scope.arc);
    this.run(attempt, runRootPass(pass), (hashes) => {
      env.events.push({ type: 'MerkleTreeBuilt', shard: scope.shard, index: attempt.index, ...pass.read });
      this.decide(attempt, hashes);
    });
  }

  private decide(attempt: Attempt, hashes: MerkleHashes): void {
    const { expected } = attempt;
    if (expected !== undefined && equalHashes(expected, hashes.root)) {
      this.succeed(attempt);
      return;
    }
    attempt.tries++;
    // What was fetched whole and still is not what it should be: there is nothing more to be done at this entry.
    if (attempt.tries > TRIES_BY_WALK + 1) this.abandon(attempt, 'not kept');
    else if (attempt.tries > TRIES_BY_WALK) {
      attempt.walk = undefined;
      this.ask(attempt, { type: 'rows', leaves: Array.from({ length: LEAVES }, (_, leaf) => leaf), after: undefined });
    } else {
      attempt.walk = new MerkleWalk(hashes);
      this.ask(attempt, { type: 'root' });
    }
  }

  private ask(attempt: Attempt, question: MerkleQuestion): void {
    attempt.question = question;
    attempt.step++;
    this.send(attempt);
  }

  private send({ source, question, index, step }: Attempt): void {
    const { env, scope, attempt } = this;
    if (attempt === undefined || question === undefined) return;
    attempt.sentUs = env.nowUs;
    const { shard } = scope;
    env.outbox.push(source, { type: 'MerkleAsked', shard, index, epoch: env.epoch, step, question });
  }

  private report({ index, source: from }: Attempt, walked: Walked): void {
    this.env.events.push({ type: 'MerkleWalked', shard: this.scope.shard, index, from, ...walked });
  }

  /** Its own rows are read or written: nothing else is to happen meanwhile. */
  private run<T>(attempt: Attempt, routine: DiskRoutine<T>, done: (result: T) => void): void {
    attempt.question = undefined;
    const ended = (result: T): void => {
      attempt.heardUs = this.env.nowUs;
      if (this.attempt === attempt) done(result);
    };
    // What cannot be read is no walk's to mend: a snapshot takes its place.
    this.env.blocks.run(this.scope.shard, routine, ended, () => {});
  }

  private succeed(attempt: Attempt): void {
    this.finish(attempt, () => {
      const { index, tries, hashes, keys, written, leaves } = attempt;
      const by = tries > TRIES_BY_WALK ? 'all rows' : 'walk';
      this.stop();
      this.onEnd({ index, by, leaves: leaves.size, hashes, keys, written });
    });
  }

  private abandon(attempt: Attempt, reason: 'no answer' | 'not kept'): void {
    this.finish(attempt, () => {
      this.attempt = undefined;
      this.nextAskUs = this.env.nowUs;
      this.env.events.push({ type: 'RepairAbandoned', shard: this.scope.shard, index: attempt.index, reason });
      this.onEnd(undefined);
    });
  }

  /** Other rows than it knows of, or not: it goes on from what is there. */
  private finish(attempt: Attempt, end: () => void): void {
    this.run(attempt, this.replica.machine().reload(), end);
  }
}

const firstWord = ({ high }: Hash64): number => high >>> 0;
