import type { ActorId, Micros, NodeId } from '../core/base/ids.ts';
import type { NetworkConfig } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

/** What is wrong with a node or a link at the moment, and since when nothing is. */
interface Condition {
  readonly wrong: Set<string>;
  sinceUs: Micros;
}

const CONCERNED: ReadonlySet<TraceEvent['type']> = new Set([
  ...(['NodeStarted', 'NodeRecovered', 'NodeKilled', 'NodeCrashed', 'NodeFrozen', 'NodeThawed'] as const),
  ...(['DiskWiped', 'DiskChanged', 'LinkChanged', 'ActionTaken'] as const),
]);

/** Which nodes run with nothing wrong with them, and which of them reach each other, since when: from what the world reports. */
export class Soundness {
  private readonly network: NetworkConfig;
  private readonly nodes = new Map<NodeId, Condition>();
  /** One direction each, by `keyOf`. A link that nobody touched is not here. */
  private readonly links = new Map<number, Condition>();
  private readonly allLinks: Condition = { wrong: new Set(), sinceUs: 0 };
  /** Of all links again: whether messages are lost. */
  private readonly loss: Condition = { wrong: new Set(), sinceUs: 0 };

  /** @param network what messages go through where nobody has set anything */
  constructor(network: NetworkConfig) {
    this.network = network;
  }

  /** Whether `observe` may learn anything from it. */
  concerns({ type }: TraceEvent): boolean {
    return CONCERNED.has(type);
  }

  observe(event: TraceEvent): void {
    const { timeUs } = event;
    const set = (node: NodeId, what: string, isWrong: boolean) => setWrong(this.node(node), what, isWrong, timeUs);
    switch (event.type) {
      case 'NodeStarted':
      case 'NodeKilled':
      case 'NodeCrashed':
      case 'DiskWiped':
        set(event.node, FROZEN, false);
        set(event.node, DOWN, true);
        return;
      case 'NodeRecovered':
        set(event.node, DOWN, false);
        return;
      case 'NodeFrozen':
        set(event.node, FROZEN, true);
        return;
      case 'NodeThawed':
        set(event.node, FROZEN, false);
        return;
      case 'DiskChanged':
        set(event.node, 'disk', event.slowdown > 1 || event.full || event.failing);
        return;
      case 'LinkChanged': {
        const isWrong = event.cut || Object.keys(event.settings).length > 0;
        setWrong(this.link(event.from, event.to), 'link', isWrong, timeUs);
        return;
      }
      case 'ActionTaken':
        if (event.action.type === 'Configure') this.configured(event.action.name, event.action.value, timeUs);
        return;
    }
  }

  isSound(node: NodeId): boolean {
    return this.nodes.get(node)?.wrong.size === 0;
  }

  /** Messages get through both ways, or most of them do; of two nodes that are sound. */
  areConnected(a: NodeId, b: NodeId): boolean {
    if (this.allLinks.wrong.size > 0) return false;
    return [keyOf(a, b), keyOf(b, a)].every((key) => (this.links.get(key)?.wrong.size ?? 0) === 0);
  }

  /** Since when all of these, which are sound and connected, have been. */
  sinceUs(nodes: readonly NodeId[]): Micros {
    let sinceUs = nodes.length > 1 ? this.allLinks.sinceUs : 0;
    for (const a of nodes) {
      sinceUs = Math.max(sinceUs, this.node(a).sinceUs);
      for (const b of nodes) sinceUs = Math.max(sinceUs, this.links.get(keyOf(a, b))?.sinceUs ?? 0);
    }
    return sinceUs;
  }

  /** The same, and not a message was lost on any link; never: some are now. */
  losslessSinceUs(nodes: readonly NodeId[]): Micros {
    const { wrong, sinceUs } = this.loss;
    return wrong.size > 0 ? Number.POSITIVE_INFINITY : Math.max(sinceUs, this.sinceUs(nodes));
  }

  private configured(name: string, value: number, timeUs: Micros): void {
    const { delayUs, jitterUs, drop } = this.network;
    if (name === 'link.drop') setWrong(this.loss, name, value > drop, timeUs);
    else if (name === 'link.delay') setWrong(this.allLinks, name, value > delayUs, timeUs);
    else if (name === 'link.jitter') setWrong(this.allLinks, name, value > jitterUs, timeUs);
  }

  private node(node: NodeId): Condition {
    return conditionOf(this.nodes, node, DOWN);
  }

  private link(from: ActorId, to: ActorId): Condition {
    return conditionOf(this.links, keyOf(from, to));
  }
}

const DOWN = 'down';
const FROZEN = 'frozen';

const keyOf = (from: ActorId, to: ActorId): number => from * 65_536 + to;

function conditionOf<K>(all: Map<K, Condition>, key: K, ...wrong: readonly string[]): Condition {
  let condition = all.get(key);
  if (condition === undefined) {
    condition = { wrong: new Set(wrong), sinceUs: 0 };
    all.set(key, condition);
  }
  return condition;
}

function setWrong(condition: Condition, what: string, isWrong: boolean, timeUs: Micros): void {
  if (isWrong) condition.wrong.add(what);
  else if (condition.wrong.delete(what) && condition.wrong.size === 0) condition.sinceUs = timeUs;
}
