import { assert, must } from '../base/assert.ts';
import { type Micros, NO_NODE, type NodeId, type ShardId, shardId } from '../base/ids.ts';
import type { ReplicaState, ReplyBody } from '../node/message.ts';
import type { Call } from './call.ts';
import {
  type FailCode,
  isWrite,
  type OperationResult,
  type Outcome,
  type OutcomeGround,
  type ReplicaWord,
  type StrongOperation,
} from './operation.ts';
import type { PollResult, ReplicaPoll } from './replica-poll.ts';

/** A reply that is a result. */
export type Answer = Extract<ReplyBody, { type: 'Written' | 'Appended' | 'Value' | 'ReplicaValue' | 'Range' }>;
type Read = Extract<Answer, { type: 'Value' | 'ReplicaValue' | 'Range' }>;

/** An answered operation on one shard. */
export function okOutcome(call: Call, from: NodeId, answer: Answer, elapsedUs: Micros): Outcome {
  const { shard, operation, attempts } = call;
  const common = { status: 'ok', result: resultOf(operation, answer), shard, node: from, elapsedUs, attempts } as const;
  switch (answer.type) {
    case 'Written':
    case 'Appended': {
      const { term, index, voters } = answer;
      const early = answer.type === 'Appended' ? { write: { held: 'leader' as const } } : {};
      return { ...common, term, index, ...early, acks: answer.type === 'Appended' ? 1 : answer.acks, voters };
    }
    default:
      return { ...common, ...readGround(call, answer), acks: 0, voters: 0 };
  }
}

function readGround({ operation, instead }: Call, answer: Read): Pick<OutcomeGround, 'term' | 'index' | 'ground'> {
  const { term, appliedIndex } = answer;
  const other = instead === undefined ? {} : { instead };
  if (answer.type !== 'ReplicaValue')
    return { term, index: answer.readIndex, appliedIndex, ground: answer.ground, ...other } as OutcomeGround;
  const ground = operation.type === 'Get' && operation.read === 'session' ? 'session' : 'applied';
  return { term, index: appliedIndex, appliedIndex, ground, replica: replicaWord(answer) } as OutcomeGround;
}

function replicaWord({ leads, commitIndex, appliedIndex, leaderContactUs }: ReplicaState): ReplicaWord {
  const heard = leaderContactUs === undefined ? {} : { leaderContactUs };
  return { leads, behind: Math.max(0, commitIndex - appliedIndex), ...heard };
}

/** A read that several replicas answered. */
export function polledOutcome(call: Call, poll: ReplicaPoll, result: PollResult, elapsedUs: Micros): Outcome {
  const { node, answer, heard, voters } = result;
  const { instead } = call;
  return {
    ...(okOutcome(call, node, answer, elapsedUs) as Extract<Outcome, { readonly status: 'ok' }>),
    ground: poll.goal === 'all' ? 'all' : 'quorum',
    ...(instead === undefined ? {} : { instead }),
    ...(poll.difference === undefined ? {} : { differing: poll.difference.nodes }),
    acks: heard,
    voters,
  };
}

/** A W=3 write: it is committed, whatever else. @param replicas of the shard, as far as the client knows */
export function confirmedOutcome(
  call: Call,
  poll: ReplicaPoll,
  replicas: readonly NodeId[],
  elapsedUs: Micros,
): Outcome {
  const { node, answer } = must(call.committed, 'it is asked who has applied what is committed');
  const outcome = okOutcome(call, node, answer, elapsedUs) as Extract<Outcome, { readonly status: 'ok' }>;
  if (poll.result !== undefined) return { ...outcome, write: { held: 'all', by: poll.heardVoters } };
  return { ...outcome, write: { held: 'not all', missing: poll.missing(replicas) } };
}

/** A range merged from several shards: no single node, term or index stands for it. */
export function rangeOutcome(result: OperationResult, attempts: number, elapsedUs: Micros): Outcome {
  return { status: 'ok', result, ...nobody(shardId(0)), elapsedUs, attempts };
}

/** It certainly did not happen. `leader` is the best hint at whom to ask instead, NO_NODE if there is none. */
export function failOutcome(call: Call, code: FailCode, leader: NodeId, elapsedUs: Micros): Outcome {
  assert(!call.mayTakeEffect, 'only what certainly did not happen has failed');
  // Without an answer of a node it was the client that had no room.
  const queue = code === 'Busy' ? { queue: call.lastRefusal?.queue ?? ('client' as const) } : {};
  const { quarantine: held } = call.lastRefusal ?? {};
  const quarantine = code === 'Quarantined' && held !== undefined ? { quarantine: held } : {};
  return {
    status: 'fail',
    code,
    leader,
    ...queue,
    ...quarantine,
    ...refusalGround(call),
    elapsedUs,
    attempts: call.attempts,
  };
}

export function unknownOutcome(call: Call, elapsedUs: Micros): Outcome {
  assert(isWrite(call.operation), 'a read has no effect that could be unknown');
  return {
    status: 'unknown',
    code: 'OutcomeUnknown',
    reason: call.sessionExpired ? 'session expired' : call.leadershipLost ? 'leadership lost' : 'timeout',
    ...refusalGround(call),
    elapsedUs,
    attempts: call.attempts,
  };
}

/** What the deadline means for an operation that nobody completed. @param replicas of the shard, as far as the client knows */
export function timedOutOutcome(call: Call, leader: NodeId, replicas: readonly NodeId[], elapsedUs: Micros): Outcome {
  const { poll } = call;
  if (call.committed !== undefined && poll !== undefined) return confirmedOutcome(call, poll, replicas, elapsedUs);
  if (call.mayTakeEffect) return unknownOutcome(call, elapsedUs);
  return failOutcome(call, timedOutCode(call), leader, elapsedUs);
}

function timedOutCode(call: Call): FailCode {
  if (call.via !== undefined) return call.lastRefusal?.code ?? 'Timeout';
  // It was refused to the end, and not for want of a quorum.
  if (call.lastRefusal?.code === 'Busy' && call.open.size === 0) return 'Busy';
  if (call.lastRefusal?.code === 'Quarantined' && call.open.size === 0) return 'Quarantined';
  if (isWrite(call.operation)) return 'NotEnoughReplicas';
  if (call.lastRefusal?.code === 'ReplicaBehind' && call.open.size === 0) return 'ReplicaBehind';
  // Every replica that was asked answered, and none of them could serve the read.
  return call.refusals > 0 && call.open.size === 0 ? 'NotEnoughReplicas' : 'Timeout';
}

function resultOf(operation: StrongOperation, answer: Answer): OperationResult {
  if (answer.type === 'Appended') return { type: 'Appended' };
  switch (operation.type) {
    case 'Put':
    case 'Delete':
      assert(answer.type === 'Written' && answer.answer.type === 'Ok', 'a put or delete is answered Ok');
      return { type: 'Written', existed: answer.answer.existed };
    case 'Cas':
      assert(answer.type === 'Written', 'a compare-and-set is answered as a write');
      if (answer.answer.type === 'Ok') return { type: 'Swapped', swapped: true, actual: operation.expected };
      assert(answer.answer.type === 'Mismatch', 'a compare-and-set swaps or finds another value');
      return { type: 'Swapped', swapped: false, actual: answer.answer.actual };
    case 'Batch': {
      assert(answer.type === 'Written', 'a batch is answered as a write');
      const { answer: written } = answer;
      if (written.type === 'BatchOk') return { type: 'Batched', existed: written.existed };
      assert(written.type === 'BatchMismatch', 'a batch is applied, or one of its conditions fails');
      return { type: 'BatchRefused', item: written.item, actual: written.actual };
    }
    case 'Get':
      assert(answer.type === 'Value' || answer.type === 'ReplicaValue', 'a get is answered with a value');
      return {
        type: 'Value',
        value: answer.value,
        ...(answer.expiresInUs === undefined ? {} : { expiresInUs: answer.expiresInUs }),
      };
    case 'Scan':
      assert(answer.type === 'Range', 'a scan is answered with a range');
      return { type: 'Range', pairs: answer.pairs, more: answer.more };
  }
}

/** Who refused last, where nobody answered otherwise. */
function refusalGround(call: Call): Omit<OutcomeGround, 'elapsedUs' | 'attempts'> {
  const ground = nobody(call.shard);
  if (call.lastRefusal === undefined) return ground;
  const { node, term, index = 0 } = call.lastRefusal;
  return { ...ground, node, term, index };
}

const nobody = (shard: ShardId): Omit<OutcomeGround, 'elapsedUs' | 'attempts'> => ({
  shard,
  node: NO_NODE,
  term: 0,
  index: 0,
  acks: 0,
  voters: 0,
});
