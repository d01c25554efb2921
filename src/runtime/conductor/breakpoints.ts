import type { Breakpoint, BreakpointChange, BreakpointCondition, BreakpointHit } from '../../console/breakpoint.ts';
import { compareBytes } from '../../core/base/bytes.ts';
import type { NodeId, ShardId } from '../../core/base/ids.ts';
import { keysOfOperation } from '../../core/client/operation.ts';
import { decodeKey } from '../../core/cluster/describe.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { decodeCommand } from '../../core/node/command.ts';
import type { World } from '../../sim/world.ts';

type Replicas = Pick<World, 'replicaOf'>;

/**
 * What time is to stop at, for as long as a person wants it: over PLAY, RESET and LOAD. And once in each run, wanted or not, where a rule is broken:
 * what led to it is still on the screen then.
 */
export class Breakpoints {
  list: readonly Breakpoint[] = [];
  hit: BreakpointHit | undefined;
  private lastId = 0;
  /** A rule was broken in this run, and time stood: it does so once, whatever breaks later. */
  private brokenTold = false;

  change(change: BreakpointChange): void {
    if ('add' in change) this.list = [...this.list, { id: ++this.lastId, condition: change.add }];
    else if (change.remove === 'all') this.list = [];
    else this.list = this.list.filter(({ id }) => id !== change.remove);
  }

  /** Another run begins. */
  renew(): void {
    this.brokenTold = false;
  }

  /** Events must be taken one by one, so that time stands exactly behind the one that is waited for. */
  get single(): boolean {
    return this.list.length > 0;
  }

  /** It waits for single messages, which must then be reported at any speed. */
  get forMessages(): boolean {
    return this.list.some(({ condition }) => condition.when.startsWith('Message'));
  }

  /**
   * Takes in what one event of the world brought about.
   * @param lent time goes for the sake of an operation or a replay alone and will stand after it: a broken rule does not take it away from it
   * @returns why time stops here; undefined: it does not
   */
  observe(world: Replicas, events: readonly TraceEvent[], lent = false): string | undefined {
    for (const { id, condition } of this.list) {
      for (const event of events) {
        const text = met(condition, event, world);
        if (text === undefined) continue;
        this.hit = { id, text, timeUs: event.timeUs, count: (this.hit?.count ?? 0) + 1 };
        return `breakpoint ${id}: ${text}`;
      }
    }
    const broken = this.firstBroken(events);
    return lent ? undefined : broken;
  }

  private firstBroken(events: readonly TraceEvent[]): string | undefined {
    if (this.brokenTold) return undefined;
    const event = events.find(({ type }) => type === 'InvariantViolated');
    if (event?.type !== 'InvariantViolated') return undefined;
    this.brokenTold = true;
    return brokenText(event);
  }
}

/** What happened, in words, where it is what the condition waits for. */
function met(condition: BreakpointCondition, event: TraceEvent, world: Replicas): string | undefined {
  const { shard, node } = condition;
  if (shard !== undefined && !('shard' in event && event.shard === shard)) return undefined;
  if (node !== undefined && !('node' in event && event.node === node)) return undefined;
  switch (condition.when) {
    case 'leader':
      if (event.type !== 'RoleChanged' || event.role !== 'leader') return undefined;
      return `${nodeName(event.node)} became leader of ${shardName(event.shard)}, term ${event.term}`;
    case 'commit':
      if (event.type !== 'CommitAdvanced' || !leads(world, event)) return undefined;
      return `${nodeName(event.node)} committed entry ${event.commitIndex} of ${shardName(event.shard)}`;
    case 'write':
      return event.type === 'EntryApplied' && leads(world, event) ? writtenBy(event, condition.key, world) : undefined;
    case 'down':
      if (event.type === 'NodeKilled') return `${nodeName(event.node)} was killed`;
      return event.type === 'NodeCrashed' ? `${nodeName(event.node)} crashed: ${event.reason}` : undefined;
    case 'broken':
      return event.type === 'InvariantViolated' ? brokenText(event) : undefined;
    default:
      return event.type === condition.when ? eventText(event) : undefined;
  }
}

const brokenText = ({ invariant, detail }: Extract<TraceEvent, { readonly type: 'InvariantViolated' }>): string =>
  `${invariant} is broken: ${detail}`;

/** Followers commit and apply the same entries after it: once is enough. */
const leads = (world: Replicas, { shard, node }: { readonly shard: ShardId; readonly node: NodeId }): boolean =>
  world.replicaOf(shard, node)?.role === 'leader';

function writtenBy(
  { shard, node, index }: Extract<TraceEvent, { readonly type: 'EntryApplied' }>,
  key: Uint8Array | undefined,
  world: Replicas,
): string | undefined {
  const entry = world.replicaOf(shard, node)?.entries.find((each) => each.index === index);
  if (entry?.kind !== 'command') return undefined;
  const command = decodeCommand(entry.command);
  if (command.type !== 'Write') return undefined;
  const keys = keysOfOperation(command.write);
  const written = key === undefined ? keys[0] : keys.find((each) => compareBytes(each, key) === 0);
  if (written === undefined) return undefined;
  return `${decodeKey(written)} was written: ${nodeName(node)} applied entry ${index} of ${shardName(shard)}`;
}

function eventText(event: TraceEvent): string {
  const where = ['node' in event ? nodeName(event.node) : '', 'shard' in event ? shardName(event.shard) : ''].filter(
    (name) => name !== '',
  );
  return `${event.type} happened${where.length === 0 ? '' : ` (${where.join(', ')})`}`;
}
