import type { DiskRoutine } from '../../base/disk.ts';
import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import type { RandomStream } from '../../base/random.ts';
import type { MetaState } from '../../meta/meta-state.ts';
import type { HashRing } from '../../ring/hash-ring.ts';
import type { NodeConfig } from '../config.ts';
import { lateNode } from '../late-node.ts';
import type { ReplicaEnvironment } from '../replica-environment.ts';
import type { EventualHost } from './eventual-host.ts';
import type { EventualBody, EventualMessage } from './eventual-message.ts';
import type { EventualReport, HeldKey } from './eventual-report.ts';
import type { EventualSettings } from './eventual-world.ts';
import type { AnswerClient } from './node-eventual.ts';
import type { NodeRows } from './node-rows.ts';
import type { CoordinatedRequest } from './write-operation.ts';

const NEVER: Micros = Number.POSITIVE_INFINITY;

/** What a node's part in the eventual keyspace is made of. */
interface Makings {
  readonly env: ReplicaEnvironment;
  readonly config: NodeConfig;
  readonly ring: HashRing;
  readonly rows: NodeRows;
  /** What the meta group has agreed on, as far as the node knows. */
  readonly stateOf: () => MetaState;
  readonly answer: AnswerClient;
  readonly random: RandomStream;
}

/**
 * A node's part in the eventual keyspace, as of one that holds nothing of it and has heard nothing of it: it has nothing to do, at no time. The rest is
 * made when that is no longer so.
 */
export class EventualPart {
  private readonly makings: Makings;
  private settings: EventualSettings;
  private readonly shards: ShardId[] = [];
  private made: EventualHost | undefined;

  constructor(makings: Makings, settings: EventualSettings) {
    this.makings = makings;
    this.settings = settings;
    if (makings.rows.isNeeded) this.make();
  }

  get isNeeded(): boolean {
    return this.made !== undefined;
  }

  private make(): EventualHost {
    if (this.made !== undefined) return this.made;
    const host = this.newHost();
    this.made = host;
    for (const shard of this.shards.splice(0)) host.opened(shard, false);
    return host;
  }

  private newHost(): EventualHost {
    const { env, config, ring, rows, stateOf, answer, random } = this.makings;
    const { EventualHost, NodeEventual } = lateNode.get();
    const world = new NodeEventual(env, config, ring, stateOf, answer, random);
    return new EventualHost(world, world, rows.get(), this.settings);
  }

  /** When `tick` is due. */
  get dueUs(): Micros {
    return this.made?.dueUs ?? NEVER;
  }

  tick(): void {
    this.made?.tick();
  }

  configure(settings: EventualSettings): void {
    this.settings = settings;
    this.made?.configure(settings);
  }

  /** The shard is that of the key, and everything within its limits. */
  request(request: Omit<CoordinatedRequest, 'op'>, body: EventualBody): void {
    this.make().request(request, body);
  }

  receive(from: NodeId, message: EventualMessage): void {
    this.make().receive(from, message);
  }

  /** See `EventualHost`, as all below. */
  opened(shard: ShardId, wasAway: boolean): void {
    if (this.made === undefined && !this.makings.rows.isNeeded) this.shards.push(shard);
    else this.make().opened(shard, wasAway);
  }

  begunAnew(shard: ShardId): void {
    this.make().begunAnew(shard);
  }

  order(shard: ShardId): void {
    this.make().order(shard);
  }

  rescheduled(): void {
    this.made?.rescheduled();
  }

  noticeSuspects(): void {
    this.made?.noticeSuspects();
  }

  report(shards: readonly ShardId[]): EventualReport {
    if (this.made !== undefined) return this.made.report(shards);
    const { env, rows } = this.makings;
    return {
      settings: this.settings,
      hints: [],
      hintBytes: 0,
      readRepairs: 0,
      operations: 0,
      clockUs: env.wallUs,
      clockAheadUs: 0,
      clockBoundUs: 0,
      shards: shards.map((shard) => ({ shard, standing: rows.standing(shard), fenceUs: 0, watermarkUs: 0 })),
    };
  }

  *heldKey(shard: ShardId, key: Uint8Array): DiskRoutine<HeldKey> {
    if (this.made !== undefined) return yield* this.made.heldKey(shard, key);
    const { env, rows } = this.makings;
    const standing = rows.standing(shard);
    return { standing, row: standing === 'none' ? undefined : [], hints: [], timeUs: env.wallUs };
  }

  /** Whether the shard's replica here may go: what it alone may hold is handed over. */
  mayDrop(shard: ShardId): boolean {
    const { rows } = this.makings;
    return rows.standing(shard) !== 'complete' || !rows.hasRows(shard);
  }

  /** Whether the shard's replica here holds all that a home held when it was copied: before, it is to be a home of nothing. */
  holdsAllRows(shard: ShardId): boolean {
    return this.makings.rows.standing(shard) === 'complete';
  }
}
