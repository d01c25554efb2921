import { NO_NODE, type NodeId, type ShardId } from '../base/ids.ts';
import { membersOf } from '../raft/configuration.ts';
import { balanceLeaders } from './balance-leaders.ts';
import { groupEffects, nextCommand } from './drive-move.ts';
import type { Decision, DriverEffect, DriverInput, DriverLimits } from './driver-input.ts';
import { lateMeta } from './late-meta.ts';
import type { MetaCommand } from './meta-command.ts';
import { findNode, type GroupRecord, groupOf, type MetaState } from './meta-state.ts';
import { urgency, wantedMove } from './wanted-move.ts';

/**
 * The placement driver: what the leader of the meta group does next. It remembers nothing: whoever leads next decides from the same state. Commands are
 * what the log will not refuse as far as this state goes; effects rest on what is committed, never on a command that is proposed only now.
 */
export function decide(state: MetaState, input: DriverInput, limits: DriverLimits): Decision {
  const plan = new Plan(state);
  const answers = (node: NodeId): boolean => input.seen.has(node);
  proposeReports(plan, input);
  proposeNodeStates(plan, input);
  for (const replicaId of input.dropped) plan.propose({ type: 'ConfirmDropped', replicaId });
  const byShard = new Map(input.observations.map((observation) => [observation.shard, observation]));
  for (const { shard } of state.groups) {
    const next = () => nextCommand(plan.state, plan.group(shard), byShard.get(shard));
    // One stage may be over as soon as it begins: nobody has to hand anything over where another leads.
    for (let command = next(); command !== undefined && plan.propose(command); ) command = next();
  }
  proposeMoves(plan, new Set(byShard.keys()), answers, limits);
  // What it was to delete it has to say while it still can. One that does not answer is not waited for.
  const mustDelete = (node: NodeId): boolean => answers(node) && plan.state.retired.some((each) => each.node === node);
  for (const { node, state: is } of state.nodes) {
    if (is === 'joining') plan.propose({ type: 'CompleteJoin', node });
    if (is === 'leaving' && !mustDelete(node)) plan.propose({ type: 'CompleteLeave', node });
  }
  return { commands: plan.commands, effects: effectsOf(state, input, answers, limits) };
}

/** The state as it will be when all that is proposed is applied, unless somebody else proposes something too. */
class Plan {
  readonly commands: MetaCommand[] = [];
  state: MetaState;

  constructor(state: MetaState) {
    this.state = state;
  }

  group(shard: ShardId): GroupRecord {
    return groupOf(this.state, shard);
  }

  /** What would be refused is not proposed: the log is no place to ask. */
  propose(command: MetaCommand): boolean {
    const { state, refusal } = lateMeta.get().applyMeta(this.state, command);
    if (refusal !== undefined) return false;
    this.state = state;
    this.commands.push(command);
    return true;
  }
}

/** A configuration that is not known yet. Who leads is not worth an entry: what depends on it says so itself. */
function proposeReports(plan: Plan, { observations }: DriverInput): void {
  for (const { shard, report } of observations) {
    if (report.confVer > plan.group(shard).report.confVer) plan.propose({ type: 'ReportGroup', shard, report });
  }
}

function proposeNodeStates(plan: Plan, { seen, dead }: DriverInput): void {
  for (const [node, incarnation] of seen) {
    const record = findNode(plan.state, node);
    if (record === undefined) continue;
    // The disk is empty already, whatever is lost with it.
    if (incarnation > record.incarnation) plan.propose({ type: 'ReplaceBlank', node, incarnation, force: true });
    else if (record.state === 'down') plan.propose({ type: 'ReturnNode', node, incarnation });
  }
  for (const node of dead) {
    const record = findNode(plan.state, node);
    if (record !== undefined && !seen.has(node))
      plan.propose({ type: 'MarkDown', node, incarnation: record.incarnation });
  }
}

function proposeMoves(
  plan: Plan,
  led: ReadonlySet<ShardId>,
  answers: (node: NodeId) => boolean,
  { movesPerReceiver, restoresVoters }: DriverLimits,
): void {
  const { state } = plan;
  const receiving = new Map<NodeId, number>();
  const count = (node: NodeId): number => receiving.get(node) ?? 0;
  for (const { move } of state.groups) if (move !== undefined) receiving.set(move.to, count(move.to) + 1);
  const mayReceive = (node: NodeId): boolean => answers(node) && count(node) < movesPerReceiver;
  const waiting = state.groups
    .filter((group) => group.move === undefined && led.has(group.shard) && (restoresVoters || !isHandMade(group)))
    .map((group, at) => ({ group, urgency: urgency(state, group), at }))
    .sort((a, b) => a.urgency - b.urgency || a.at - b.at);
  for (const { group } of waiting) {
    const move = wantedMove(state, group, mayReceive);
    if (move === undefined || !plan.propose({ type: 'StartMove', ...move })) continue;
    if (move.to !== NO_NODE) receiving.set(move.to, count(move.to) + 1);
  }
}

/** Somebody asked for these voters, of the replicas that are meant to be there. */
function isHandMade({ report, desired }: GroupRecord): boolean {
  const members = membersOf(report.configuration);
  const isInPlace = members.length === desired.length && desired.every((node) => members.includes(node));
  return isInPlace && report.confVer > 0 && report.token === 0;
}

function effectsOf(
  state: MetaState,
  input: DriverInput,
  answers: (node: NodeId) => boolean,
  { balancesLeaders }: DriverLimits,
): DriverEffect[] {
  const effects = input.observations.flatMap((observation) =>
    groupEffects(state, groupOf(state, observation.shard), observation, answers),
  );
  for (const { shard, node, replicaId } of state.retired) {
    if (answers(node)) effects.push({ type: 'DropReplica', node, shard, replicaId });
  }
  const isWhole = balancesLeaders && input.observations.length === state.groups.length;
  const transfer = isWhole ? balanceLeaders(state, input.observations, answers) : undefined;
  return transfer === undefined ? effects : [...effects, transfer];
}
