import type { ShardId } from '../../base/ids.ts';
import { lateNode } from '../late-node.ts';
import type { LogOwner } from '../log-trimmer.ts';
import type { ReplicaEnvironment } from '../replica-environment.ts';
import type { DurableRows, HostedRows } from './durable-rows.ts';
import type { RowsStanding } from './eventual-rows.ts';
import type { LoggedRows } from './logged-rows.ts';
import { isFirstLife, rowStorageId } from './storage-ids.ts';

/**
 * The eventual rows of a node, as of one that holds none: of each shard that it was founded with it has all that there is. The rest is made when a row, a
 * hint or a limit was recovered, when a replica comes that is to copy, or when somebody asks for it.
 */
export class NodeRows implements LogOwner {
  private readonly env: ReplicaEnvironment;
  private readonly logged: LoggedRows;
  /** Of those that were there when the cluster was founded; until the rest is made. */
  private readonly founded = new Map<ShardId, HostedRows>();
  private made: DurableRows | undefined;

  /** @param logged what the log says, its rows restored */
  constructor(env: ReplicaEnvironment, logged: LoggedRows) {
    this.env = env;
    this.logged = logged;
    if (!logged.isEmpty) this.get();
  }

  /** Whether there is anything of the eventual keyspace here. */
  get isNeeded(): boolean {
    return this.made !== undefined;
  }

  get(): DurableRows {
    if (this.made !== undefined) return this.made;
    this.made = new (lateNode.get().DurableRows)(this.env, this.logged);
    for (const place of this.founded.values()) this.made.open(place, true);
    this.founded.clear();
    return this.made;
  }

  /** See `DurableRows`, as all below. */
  open(place: HostedRows, isFounder: boolean): void {
    const { shard, replicaId } = place;
    const { engine } = this.env;
    const storageId = rowStorageId(engine, shard, replicaId);
    const isUntouched = isFounder && isFirstLife(storageId) && !engine.hasApplied(shard, storageId);
    if (this.made === undefined && isUntouched) this.founded.set(shard, place);
    else this.get().open(place, isFounder);
  }

  close(shard: ShardId): void {
    this.founded.delete(shard);
    this.made?.close(shard);
  }

  drop(shard: ShardId): void {
    this.made?.drop(shard);
  }

  standing(shard: ShardId): RowsStanding {
    return this.made?.standing(shard) ?? (this.founded.has(shard) ? 'complete' : 'none');
  }

  /** Whether anything was ever stored of it. */
  hasRows(shard: ShardId): boolean {
    return this.made?.hasRows(shard) === true;
  }

  holds(storedKey: Uint8Array): boolean {
    return this.made?.holds(storedKey) === true;
  }

  lose(shard: ShardId): void {
    this.made?.lose(shard);
  }

  resume(): boolean {
    return this.made?.resume() === true;
  }

  compactLog(): void {}

  get checkpointBytes(): number {
    return this.made?.checkpointBytes ?? 0;
  }

  checkpoint(): readonly Uint8Array[] {
    return this.made?.checkpoint() ?? [];
  }
}
