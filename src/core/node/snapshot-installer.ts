import type { DiskRoutine } from '../base/disk.ts';
import { equalHashes, type Hash64, hashText } from '../base/hash128.ts';
import type { LogBase } from '../raft/entry.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import type { ReplicaScope } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { runRootPass } from './root-pass.ts';
import { type ReceivedSnapshot, SnapshotReceiver } from './snapshot-receiver.ts';
import type { StateMachine } from './state-machine.ts';

/** In the tables, under a replica id of its own. */
interface Installed {
  readonly snapshot: ReceivedSnapshot;
  readonly machine: StateMachine;
  /** What its rows came to, read back from the tables; undefined: they cannot be read. */
  readonly root: Hash64 | undefined;
}

/** A follower's way from the pieces of a snapshot to a replica that may take the place of the present one. */
export class SnapshotInstaller {
  readonly receiver: SnapshotReceiver;
  private readonly env: ReplicaEnvironment;
  private readonly raft: RaftGroup;
  private readonly scope: ReplicaScope;
  private installed: Installed | undefined;

  constructor(env: ReplicaEnvironment, raft: RaftGroup, scope: ReplicaScope) {
    this.env = env;
    this.raft = raft;
    this.scope = scope;
    this.receiver = new SnapshotReceiver(raft, (snapshot) => this.install(snapshot));
  }

  /** One waits for `take`. */
  get isInstalled(): boolean {
    return this.installed !== undefined;
  }

  /** A whole snapshot is on its way into the tables, or waits for `take`. */
  get isBusy(): boolean {
    return this.receiver.isWhole;
  }

  /** The replica is gone: so is what was installed for it. @returns under which number; 0: nothing was */
  discard(): number {
    if (this.installed === undefined) return 0;
    const { replicaId } = this.installed.machine;
    this.env.installs.drop({ shard: this.scope.shard, replicaId });
    this.installed = undefined;
    return replicaId;
  }

  /**
   * What is to become the replica now. Undefined also where it is not what was sent, or where the log has come as far meanwhile and what was applied
   * is not lost: it is dropped.
   */
  take(): { readonly lastIncluded: LogBase; readonly machine: StateMachine } | undefined {
    const { installed, env, scope, raft } = this;
    if (installed === undefined) return undefined;
    const { snapshot, machine, root } = installed;
    const { lastIncluded } = snapshot;
    const isSound = root !== undefined && equalHashes(root, snapshot.root);
    const isRepair = isSound && env.quarantine.has(scope.shard) && raft.holds(lastIncluded);
    // The record of the entry at which it ends is on its way to the disk.
    if (isRepair && lastIncluded.index > raft.persistedIndex) return undefined;
    this.installed = undefined;
    this.receiver.reset();
    if (isRepair || (isSound && raft.wantsSnapshot(lastIncluded))) return { lastIncluded, machine };
    env.installs.drop({ shard: scope.shard, replicaId: machine.replicaId });
    if (!isSound) this.refuse(installed);
    return undefined;
  }

  /** Under a replica id that was never used, so that a crash leaves the one or the other. */
  private install(snapshot: ReceivedSnapshot): void {
    const { env, scope } = this;
    const { shard } = scope;
    const { lastIncluded, rows } = snapshot;
    const replicaId = env.installs.unusedReplicaId(shard, scope.storageId);
    const done = (): void => {
      const machine = env.createMachine(shard, replicaId);
      const examined = (root: Hash64 | undefined): void => {
        this.installed = { snapshot, machine, root };
      };
      env.blocks.run(shard, this.examine(snapshot, machine), examined, () => examined(undefined));
    };
    env.installs.install({ applied: { shard, replicaId, appliedIndex: lastIncluded.index }, rows, done });
  }

  /** Reads back what was installed, before anybody else does. @returns its root; where that is not the snapshot's, nothing else was read */
  private *examine({ root }: ReceivedSnapshot, machine: StateMachine): DiskRoutine<Hash64> {
    const found = (yield* runRootPass(machine.startRootPass(this.scope.arc))).root;
    if (equalHashes(found, root)) yield* machine.recover();
    return found;
  }

  /** Nobody has seen it; the leader sends another one. */
  private refuse({ snapshot, root }: Installed): void {
    const { env, scope, raft } = this;
    const { from, lastIncluded } = snapshot;
    const { index } = lastIncluded;
    raft.refuseSnapshot(from, index);
    const roots = { expected: hashText(snapshot.root), found: root === undefined ? '' : hashText(root) };
    env.events.push({ type: 'SnapshotRefused', shard: scope.shard, from, index, ...roots });
  }
}
