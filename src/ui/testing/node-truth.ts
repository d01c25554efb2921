import { must } from '../../core/base/assert.ts';
import type { ActorId, Micros, NodeId } from '../../core/base/ids.ts';
import { keyOfOperation } from '../../core/client/operation.ts';
import type { BootEnding } from '../../core/cluster/action.ts';
import { isMetaGroup } from '../../core/cluster/snapshot.ts';
import { decodeEnvelope } from '../../core/node/codec.ts';
import type { Replica } from '../../core/node/replica.ts';
import type { Entry } from '../../core/raft/entry.ts';
import { ClockModel, type ClockSetting } from '../../sim/clock-model.ts';
import { describeMessage } from '../../sim/describe-message.ts';
import { messageId } from '../../sim/message-trace.ts';
import {
  cutsInside,
  type InsideShell,
  insideGroup,
  insideShell,
  insideWorld,
  messagesLost,
  operationsInside,
} from '../../sim/testing/inside.ts';
import type { WorldByHand } from '../../sim/testing/world-by-hand.ts';
import { LOG_WINDOW } from '../store/view-model.ts';
import {
  lasting,
  type MessageSaid,
  type NodeSaid,
  type OperationSaid,
  type Picture,
  type ReplicaSaid,
  replicaName,
  sorted,
} from './picture.ts';

/**
 * What the nodes, the network and the clients of a world hold themselves, read from their own fields and from no report. A dead node holds
 * nothing more: of it, what it held when it died.
 */
export class NodeTruth {
  private readonly hand: WorldByHand;
  private readonly last = new Map<
    NodeId,
    { readonly boot: number; readonly incarnation: number; readonly replicas: ReadonlyMap<string, ReplicaSaid> }
  >();
  /** How each node's clocks were set, one after another. */
  private readonly clocks = new Map<NodeId, readonly ClockSetting[]>();
  /** Why nodes died that nobody killed. */
  readonly reasons = new Map<NodeId, string>();

  constructor(hand: WorldByHand) {
    this.hand = hand;
  }

  /** To be called before anything that may end a node. */
  remember(): void {
    for (const { id, boot, incarnation, clock } of this.state.slots) {
      const settings = this.clocks.get(id) ?? [];
      if (settings.at(-1) !== clock.setting) this.clocks.set(id, [...settings, clock.setting]);
      const shell = this.running(id);
      if (shell === undefined) continue;
      this.reasons.delete(id);
      const before = this.last.get(id);
      // On another disk it has nothing of what it had.
      const kept = before?.incarnation === incarnation ? before.replicas : new Map();
      this.last.set(id, { boot, incarnation, replicas: shell.state === 'up' ? replicasOf(id, shell) : kept });
    }
  }

  /** The clock that decides when this node's timers are over. */
  monotonicUs(node: NodeId, virtualUs: Micros): Micros {
    const settings = this.clocks.get(node) ?? [];
    const inForce = settings.findLast(({ sinceUs }) => sinceUs <= virtualUs);
    return new ClockModel(must(inForce, 'its clock runs')).read(virtualUs).monotonicUs;
  }

  /** As a page that went away would leave the disks. */
  endings(): readonly BootEnding[] {
    return this.state.slots.map(({ id, boot, incarnation }) => ({
      node: id,
      boot,
      transactions: this.hand.hosts.host(id).lastBoot().transactions,
      ...(incarnation === 1 ? {} : { incarnation }),
    }));
  }

  picture(): Picture {
    this.remember();
    const nodes: Record<string, NodeSaid> = {};
    const replicas: [string, ReplicaSaid][] = [];
    for (const { id, boot, held } of this.state.slots) {
      const shell = this.running(id);
      const before = this.last.get(id);
      nodes[`n${id}`] =
        shell === undefined ? this.dead(id, before?.boot) : { ...living(shell, boot), frozen: held !== undefined };
      // Also of a dead node: nobody has told that its lease was given up.
      const nowUs = this.monotonicUs(id, this.hand.world.nowUs);
      for (const [name, replica] of before?.replicas ?? [])
        replicas.push([name, { ...replica, leaseUntilUs: lasting(replica.leaseUntilUs, nowUs) }]);
    }
    return {
      nodes,
      replicas: sorted(replicas),
      leaders: leadersOf(nodes, replicas),
      cuts: sorted(
        [...cutsInside(this.state.network)].map((link) => [`${Math.floor(link / 65536)}>${link % 65536}`, true]),
      ),
      links: this.links(),
      messages: sorted(this.messages()),
      lost: messagesLost(this.state),
      operations: sorted(this.operations()),
    };
  }

  private get state() {
    return insideWorld(this.hand.world);
  }

  /** A process that was started and has not begun to read its disk has told nothing yet. */
  private running(node: NodeId): InsideShell | undefined {
    const slot = this.state.slot(node);
    const shell = insideShell(this.hand.hosts, node);
    return slot.state === 'up' && shell !== undefined && shell.state !== 'down' ? shell : undefined;
  }

  private dead(node: NodeId, boot: number | undefined): NodeSaid {
    const reason = this.reasons.get(node);
    return {
      state: reason === undefined ? 'down' : 'crashed',
      frozen: false,
      boot: boot ?? 0,
      reason: reason ?? '',
      recovery: undefined,
    };
  }

  private links(): Picture['links'] {
    const actors = this.state.actors.all();
    const pairs = actors.flatMap((from) => actors.flatMap((to) => (from === to ? [] : [[from, to] as const])));
    return sorted(pairs.map(([from, to]) => [`${from}>${to}`, this.state.network.settings(from, to)]));
  }

  private messages(): [string, MessageSaid][] {
    const { clientInbox, slots } = this.state;
    const coming = [...clientInbox.values(), ...slots.flatMap((slot) => slot.inbox.values())];
    return coming
      .filter(({ arrivedUs }) => arrivedUs === undefined)
      .map(({ message, target, sentUs, timeUs }) => {
        const id = messageId(message.origin, message.sequence);
        const items = decodeEnvelope(message.bytes).map(describeMessage);
        return [`${id}`, { from: message.origin, to: target as ActorId, sentAtUs: sentUs, deliverAtUs: timeUs, items }];
      });
  }

  private operations(): [string, OperationSaid][] {
    return [...this.state.clients.values()].flatMap((shell) =>
      operationsInside(shell).map(({ id, operation }): [string, OperationSaid] => {
        const shard = this.state.ring.shardOfKey(keyOfOperation(operation));
        return [`${id}`, { client: shell.actor, shard, type: operation.type.toUpperCase() }];
      }),
    );
  }
}

function leadersOf(nodes: Picture['nodes'], replicas: readonly (readonly [string, ReplicaSaid])[]): Picture['leaders'] {
  const leaders = new Map<string, { readonly node: number; readonly term: number }>();
  for (const [name, { role, term }] of replicas) {
    const [shard, node] = name.split('/') as [string, string];
    const before = leaders.get(shard) ?? { node: 0, term: -1 };
    const leads = role === 'leader' && nodes[node]?.state === 'up' && !nodes[node].frozen && term > before.term;
    leaders.set(shard, leads ? { node: Number(node.slice(1)), term } : before);
  }
  return sorted([...leaders].map(([shard, { node }]) => [shard, node]));
}

function living(shell: InsideShell, boot: number): Omit<NodeSaid, 'frozen'> {
  if (shell.state === 'up') return { state: 'up', boot, reason: '', recovery: undefined };
  const recovered = shell.queue.values().find(({ work }) => work.event?.type === 'NodeRecovered');
  const logRecords = recovered?.work.event?.type === 'NodeRecovered' ? recovered.work.event.logRecords : Number.NaN;
  return { state: 'recovering', boot, reason: '', recovery: { endsAtUs: recovered?.timeUs ?? Number.NaN, logRecords } };
}

const replicasOf = (node: NodeId, shell: InsideShell): Map<string, ReplicaSaid> =>
  new Map(
    // The screen leaves the meta group out.
    (shell.node.started?.replicas ?? [])
      .filter(({ scope }) => !isMetaGroup(scope.shard))
      .map((replica) => [replicaName(replica.scope.shard, node), said(replica)]),
  );

function said({ raft, machine, scope: { id } }: Replica): ReplicaSaid {
  const state = insideGroup(raft);
  const entries: Entry[] = [
    ...state.log.slice(Math.max(raft.base.index, raft.lastIndex - LOG_WINDOW) + 1, raft.lastIndex),
  ];
  return {
    role: raft.role,
    term: raft.currentTerm,
    votedFor: raft.votedFor,
    leader: raft.leader,
    configuration: raft.configuration,
    learns: !raft.configuration.voters.includes(id) && !raft.configuration.votersOutgoing.includes(id),
    lastIndex: raft.lastIndex,
    persistedIndex: raft.persistedIndex,
    commitIndex: raft.commitIndex,
    appliedIndex: machine.appliedIndex,
    keys: machine.keys,
    entries: entries.map(({ index, term, kind, command }) => ({
      index,
      term,
      noop: kind === 'noop',
      command: [...command].join(' '),
    })),
    // A leader without peers never checks its quorum.
    deadlineUs: raft.deadlineUs === Number.MAX_SAFE_INTEGER ? undefined : raft.deadlineUs,
    // The only voter's lease lasts for ever, and is not told.
    leaseUntilUs: raft.leaseUntilUs === Number.MAX_SAFE_INTEGER ? undefined : raft.leaseUntilUs,
    progress: sorted(
      [...state.progress].map(([peer, { matchIndex, nextIndex }]) => [`n${peer}`, [matchIndex, nextIndex]]),
    ),
    votes: sorted([...state.votes].map(([peer, granted]) => [`n${peer}`, granted])),
  };
}
