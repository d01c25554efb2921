import fc from 'fast-check';
import { NO_NODE, type NodeId, nodeId } from '../../base/ids.ts';
import { type Configuration, isJoint, simpleConfiguration } from '../../raft/configuration.ts';
import { leaveJoint, towards } from '../../raft/configuration-change.ts';
import { replicaMoves } from '../../ring/placement-moves.ts';
import type { MetaCommand, MoveEvidence } from '../meta-command.ts';
import { findNode, type GroupRecord, type MetaState, nextNodeId } from '../meta-state.ts';
import { targetOf } from '../move.ts';

/** Numbers that a command is made of, whatever the state is by then. */
export interface Draw {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  /** 0 … 9: how far it is from what a well-behaved proposer would say; mostly 0. */
  readonly oddness: number;
}

export const draws: fc.Arbitrary<Draw> = fc.record({
  kind: fc.nat(99),
  a: fc.nat(1000),
  b: fc.nat(1000),
  oddness: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) }),
});

/** A command as somebody might propose it: mostly sensible, sometimes late, repeated or wrong. */
export function commandOf(state: MetaState, draw: Draw): MetaCommand {
  const { kind, a, b, oddness } = draw;
  const record = pick(state.nodes, a);
  const { node } = record;
  const incarnation = Math.max(0, record.incarnation - (oddness === 7 ? 1 : 0));
  if (kind < 4) return { type: 'JoinNode', node: oddness > 4 ? node : nextNodeId(state) };
  if (kind < 8) return { type: 'RemoveNode', node };
  if (kind < 12) return { type: 'MarkDown', node, incarnation };
  if (kind < 16) return { type: 'ReturnNode', node, incarnation };
  if (kind < 19) return { type: 'ReplaceBlank', node, incarnation: incarnation + 1, force: oddness > 8 };
  if (kind < 22) return { type: 'CompleteJoin', node };
  if (kind < 25) return { type: 'CompleteLeave', node: oddness > 8 ? nodeId(999) : node };
  if (kind < 26) return { type: 'SetVnodes', vnodes: b % 20 };
  if (kind < 27) return { type: 'CreateKeyspace', name: pick(['a', 'b', 'C'], b), consistency: 'eventual' };
  if (kind < 30) {
    const replicaId = oddness > 4 ? a : (state.retired[0]?.replicaId ?? a);
    return { type: 'ConfirmDropped', replicaId };
  }
  const moving = state.groups.filter(({ move }) => move !== undefined);
  const group = kind < 45 || moving.length === 0 || oddness > 5 ? pick(state.groups, b) : pick(moving, b);
  const { shard, token } = group;
  if (kind < 45) return { type: 'StartMove', shard, ...sidesOf(state, group, draw) };
  if (kind < 65)
    return {
      type: 'AdvanceMove',
      shard,
      token: oddness > 5 ? Math.max(0, token - 1) : token,
      evidence: evidenceOf(group, draw),
    };
  if (kind < 70) return { type: 'AbortMove', shard, token: oddness > 5 ? Math.max(0, token - 1) : token };
  return { type: 'ReportGroup', shard, report: reportOf(group, draw) };
}

function sidesOf(state: MetaState, group: GroupRecord, { a, b, oddness }: Draw): { to: NodeId; from: NodeId } {
  const { voters } = group.report.configuration;
  const blank = voters.find((voter) =>
    group.replicas.some((each) => each.node === voter && each.incarnation !== findNode(state, voter)?.incarnation),
  );
  if (oddness > 6) return { to: pick([NO_NODE, ...group.desired], a), from: pick([NO_NODE, ...voters], b) };
  const [move] = replicaMoves(group.shard, voters, group.desired);
  return { to: move?.to ?? NO_NODE, from: blank ?? move?.from ?? NO_NODE };
}

function evidenceOf({ move, report }: GroupRecord, { a, oddness }: Draw): MoveEvidence {
  const isHandOver = (move?.stage === 'transfer') !== oddness > 7;
  if (!isHandOver) return { type: 'Verified', copy: { index: a, root: Uint8Array.of(a % 256, oddness) } };
  return { type: 'HandedOver', leader: pick([NO_NODE, ...report.configuration.voters], a) };
}

function reportOf(group: GroupRecord, { a, b, oddness }: Draw): MetaState['groups'][number]['report'] {
  const { report, token } = group;
  const leader = pick(report.configuration.voters, b);
  const waits = group.move?.stage === 'catchUp' || group.move?.stage === 'transfer';
  if (oddness > 7 || (waits && oddness < 4)) return { ...report, term: Math.max(0, report.term + (a % 3) - 1), leader };
  const configuration = nextConfiguration(group, a, oddness);
  const confVer = report.confVer + 1 + (a % 3);
  return { confVer, configuration, token: oddness > 3 ? report.token : token, term: report.term + (b % 2), leader };
}

/** What the group's configuration may be next: a step of its move, forwards or backwards, or what somebody did by hand. */
function nextConfiguration({ report, move }: GroupRecord, a: number, oddness: number): Configuration {
  const { configuration } = report;
  const { voters } = configuration;
  if (isJoint(configuration)) return leaveJoint(configuration);
  if (move === undefined || oddness > 5) {
    const staying = voters.filter((_, at) => at !== a % (voters.length + 1) || voters.length === 1);
    return towards(configuration, { voters: staying, learners: voters.filter((node) => !staying.includes(node)) });
  }
  const isMember = configuration.learners.includes(move.to);
  if (move.to !== NO_NODE && !isMember && !voters.includes(move.to))
    return simpleConfiguration({ voters, learners: [move.to] });
  if (move.stage === 'rollBack' || (isMember && a % 5 === 0)) return simpleConfiguration({ voters, learners: [] });
  const target = targetOf(move, configuration);
  return target.voters.length === 0 ? configuration : towards(configuration, target);
}

function pick<T>(items: readonly T[], at: number): T {
  return items[at % items.length] as T;
}
