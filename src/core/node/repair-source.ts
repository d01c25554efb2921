import { must } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { DiskRoutine } from '../base/disk.ts';
import type { LogIndex, Micros, NodeId, Term } from '../base/ids.ts';
import type { Snapshot } from '../lsm/snapshots.ts';
import type { MerkleHashes } from '../merkle/merkle-hashes.ts';
import { hashesAsked, isSoundQuestion } from '../merkle/merkle-walk.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { CheckMessage, MerkleAnswer, MerkleQuestion } from './check-message.ts';
import type { ReplicaScope } from './replica.ts';
import { ReplicaContent } from './replica-content.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { type ReplicaRow, ReplicaRows } from './replica-rows.ts';
import { runRootPass } from './root-pass.ts';
import { writeRows } from './snapshot-rows.ts';
import type { StateMachine } from './state-machine.ts';
import { encodeCommand } from './write-command.ts';

/** What is kept for a repair goes when nothing has been asked for so many upper election timeouts. */
const ELECTION_TIMEOUTS_KEPT = 10;
/** A `Repair` entry that was not heard of for so many has gone nowhere. */
const ELECTION_TIMEOUTS_UNDER_WAY = 6;

/** What this replica held behind one entry, whatever was written since. */
interface Kept {
  readonly index: LogIndex;
  readonly replicaId: number;
  readonly snapshot: Snapshot;
  /** Under which the rows lie. */
  readonly storageId: number;
  /** Undefined: being computed; whoever asks asks again. */
  hashes: MerkleHashes | undefined;
  untilUs: Micros;
}

type RepairAsked = Extract<CheckMessage, { type: 'RepairAsked' }>;
type MerkleAsked = Extract<CheckMessage, { type: 'MerkleAsked' }>;

/** A leader's part in the repair of another replica: it appends the entry, keeps what it holds behind exactly that entry, and is asked about it. */
export class RepairSource {
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private kept: Kept | undefined;
  private proposed:
    | { readonly replicaId: number; readonly index: LogIndex; readonly term: Term; readonly atUs: Micros }
    | undefined;

  constructor(env: ReplicaEnvironment, raft: RaftGroup, scope: ReplicaScope) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
  }

  /** To a leader that is sound. One entry at a time. */
  asked({ replicaId, after }: RepairAsked): void {
    const { env, raft, proposed } = this;
    const sinceUs = env.nowUs - ELECTION_TIMEOUTS_UNDER_WAY * env.limits.electionTimeoutUsMax;
    const isUnderWay = proposed !== undefined && proposed.term === raft.currentTerm && proposed.atUs > sinceUs;
    if (isUnderWay && (proposed.replicaId !== replicaId || proposed.index > after)) return;
    const entry = raft.propose(env.nowUs, env.wallUs, encodeCommand({ type: 'Repair', replicaId }));
    if (entry !== undefined) this.proposed = { replicaId, ...entry, atUs: env.nowUs };
  }

  /** A `Repair` entry was applied by a leader that is sound, and nothing behind it. */
  reached(machine: StateMachine, index: LogIndex, replicaId: number): void {
    const { env, scope } = this;
    this.release();
    const kept: Kept = {
      index,
      replicaId,
      snapshot: env.engine.takeSnapshot(),
      storageId: scope.storageId,
      hashes: undefined,
      untilUs: env.nowUs + ELECTION_TIMEOUTS_KEPT * env.limits.electionTimeoutUsMax,
    };
    this.kept = kept;
    const pass = machine.startFullRootPass(scope.arc);
    env.blocks.run(
      scope.shard,
      runRootPass(pass),
      (hashes) => {
        env.events.push({ type: 'MerkleTreeBuilt', shard: scope.shard, index, ...pass.read });
        kept.hashes = hashes;
      },
      saysNothing,
    );
  }

  answer(from: NodeId, { question, index, shard, epoch, step }: MerkleAsked): void {
    const { env, kept } = this;
    const tell = (answer: MerkleAnswer): void =>
      env.outbox.push(from, { type: 'MerkleTold', shard, index, epoch, step, answer });
    if (kept === undefined || kept.index !== index) {
      tell({ type: 'gone' });
      return;
    }
    kept.untilUs = env.nowUs + ELECTION_TIMEOUTS_KEPT * env.limits.electionTimeoutUsMax;
    if (kept.hashes === undefined || !isSoundQuestion(question)) return;
    if (question.type !== 'rows') {
      tell({ type: 'hashes', hashes: hashesAsked(kept.hashes, question) });
      return;
    }
    const writer = new ByteWriter(env.limits.bytesPerAppendMax);
    const read = (isLast: boolean): void => tell({ type: 'rows', rows: writer.finish(), isLast });
    env.blocks.run(shard, this.readRows(kept, question, writer), read, saysNothing);
  }

  /** A piece of the rows of some leaves. @returns whether it is the last one */
  private *readRows(
    { storageId, snapshot }: Kept,
    { leaves, after }: Extract<MerkleQuestion, { type: 'rows' }>,
    writer: ByteWriter,
  ): DiskRoutine<boolean> {
    const { env, scope } = this;
    const wanted = new Set(leaves);
    const content = new ReplicaContent(scope.arc);
    const rows = new ReplicaRows(env.engine, scope.shard, storageId, { after, atSequence: snapshot.sequence });
    const next = function* (): DiskRoutine<ReplicaRow | undefined> {
      for (;;) {
        const row = yield* rows.next();
        if (row === undefined || wanted.has(content.rowOf(row).leaf)) return row;
      }
    };
    try {
      return yield* writeRows(next, writer, env.limits.bytesPerAppendMax);
    } finally {
      rows.release();
    }
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    return this.kept?.untilUs ?? Number.POSITIVE_INFINITY;
  }

  tick(): void {
    if (this.env.nowUs >= this.dueUs) this.release();
  }

  release(): void {
    if (this.kept === undefined) return;
    this.env.engine.releaseSnapshot(must(this.kept, 'something is kept').snapshot);
    this.kept = undefined;
  }
}

/** It cannot read what it is asked for, and is damaged itself: whoever asks waits for only so long. */
const saysNothing = (): void => {};
