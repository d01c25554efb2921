import { must } from '../base/assert.ts';
import type { ShardId } from '../base/ids.ts';
import type { DriverEffect } from '../meta/driver-input.ts';
import { META_GROUP } from '../meta/meta-state.ts';
import { NodeRows } from './eventual/node-rows.ts';
import { emptyReplicaLog } from './log-replay.ts';
import { type LogOwner, LogTrimmer } from './log-trimmer.ts';
import type { RecoveredNode, RecoveredReplica } from './node-recovery.ts';
import type { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';
import { ReplicaTable } from './replica-table.ts';

/** Which replicas a node has: those that it came with, those that it is told to make, and those on their way out. */
export class HostedReplicas {
  private readonly env: ReplicaEnvironment;
  /** How often this node's disk was wiped, and one: which node is meant. */
  private readonly incarnation: number;
  private readonly make: (replica: RecoveredReplica) => Replica;
  /** Also those that are closed, as long as something of them is under way. */
  readonly all: Replica[];
  readonly byShard = new Map<ShardId, Replica>();
  /** Those of `all` that are to be dropped. */
  private readonly closing = new Set<Replica>();
  private readonly table: ReplicaTable;
  private readonly owners: LogOwner[];
  readonly trimmer: LogTrimmer;
  /** What they hold in the eventual keyspace. */
  readonly rows: NodeRows;

  constructor(
    env: ReplicaEnvironment,
    incarnation: number,
    recovered: RecoveredNode,
    make: (replica: RecoveredReplica) => Replica,
  ) {
    this.env = env;
    this.incarnation = incarnation;
    this.make = make;
    this.all = recovered.replicas.map(make);
    this.table = new ReplicaTable(env.log, recovered.hosted);
    this.rows = new NodeRows(env, recovered.eventual);
    for (const { scope } of this.all)
      if (scope.shard !== META_GROUP) this.rows.open(scope, recovered.founders.get(scope.shard) === scope.replicaId);
    this.owners = [this.table, this.rows, ...this.all];
    env.keepQuarantine = (shard, isQuarantined) => this.table.quarantine(shard, isQuarantined);
    this.trimmer = new LogTrimmer(env.log, this.owners, env.events, env.limits.logSlackBytes);
    for (const replica of this.all) this.byShard.set(replica.scope.shard, replica);
  }

  /** One that takes part. */
  open(shard: ShardId): Replica | undefined {
    const replica = this.byShard.get(shard);
    return replica?.isOpen === true ? replica : undefined;
  }

  /** The one whose writes and reads are under way, open or closed. */
  present(shard: ShardId): Replica {
    return must(this.byShard.get(shard), 'writes and reads are those of replicas of this node');
  }

  /** Only on the disk that is meant, never a number again, and never beside another one of the same group: undefined where it is not made. */
  create(order: Extract<DriverEffect, { type: 'CreateReplica' }>): Replica | undefined {
    const { shard, replicaId, incarnation } = order;
    const { table, env } = this;
    const before = table.get(shard);
    if (incarnation !== this.incarnation || this.byShard.has(shard)) return undefined;
    if (before !== undefined && before.replicaId >= replicaId) return undefined;
    const storageId = env.installs.unusedReplicaId(shard, before?.storageId ?? 0);
    table.set({ shard, replicaId, storageId, isOpen: true });
    env.events.push({ type: 'ReplicaCreated', shard, replicaId });
    const machine = env.createMachine(shard, storageId);
    const replica = this.make({ shard, replicaId, log: emptyReplicaLog(storageId), machine, isQuarantined: false });
    this.all.push(replica);
    this.owners.push(replica);
    this.byShard.set(shard, replica);
    if (shard !== META_GROUP) this.rows.open(replica.scope, false);
    return replica;
  }

  /** @returns whether it is on the disk that this one, and every earlier one of the group, is gone */
  drop({ shard, replicaId }: Extract<DriverEffect, { type: 'DropReplica' }>): boolean {
    const { table } = this;
    const before = table.get(shard);
    const present = this.byShard.get(shard);
    // An older one is still here: that is dropped first, by an order of its own.
    if (before?.isOpen === true && before.replicaId < replicaId) return false;
    if (before === undefined || before.replicaId < replicaId || (before.replicaId === replicaId && before.isOpen)) {
      const storageId = Math.max(before?.storageId ?? 0, present?.scope.storageId ?? 0);
      table.set({ shard, replicaId, storageId, isOpen: false });
      if (present?.isOpen === true) this.close(present);
    }
    return table.isDurable;
  }

  private close(replica: Replica): void {
    const { shard, replicaId } = replica.scope;
    this.owners.splice(this.owners.indexOf(replica), 1);
    this.trimmer.forget(replica);
    this.closing.add(replica);
    replica.close();
    this.rows.close(shard);
    this.env.events.push({ type: 'ReplicaDropped', shard, replicaId });
  }

  /** What is closed goes when nothing of it is under way any more. */
  dropClosed(): void {
    // The word first, then the deed: rows that are gone of a replica that is open, as far as the log says, are a corrupt store.
    if (this.closing.size === 0 || !this.table.isDurable) return;
    for (const replica of this.closing) {
      if (!replica.isIdle) continue;
      const { shard } = replica.scope;
      const row = must(this.table.get(shard), 'a closed replica is on record');
      this.table.set({ ...row, storageId: Math.max(row.storageId, replica.drop()) });
      this.rows.drop(shard);
      this.closing.delete(replica);
      this.all.splice(this.all.indexOf(replica), 1);
      this.byShard.delete(shard);
    }
  }
}
