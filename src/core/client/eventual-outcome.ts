import { assert } from '../base/assert.ts';
import { type Micros, NO_NODE, type NodeId } from '../base/ids.ts';
import type { EventualAsk, EventualReply } from '../node/eventual/eventual-message.ts';
import { contextToken } from '../replication/context-token.ts';
import { NO_STAMP } from '../replication/stamp.ts';
import type { EventualCall, EventualRefused } from './eventual-call.ts';
import type { Outcome, OutcomeGround } from './operation.ts';

type Answer = Extract<EventualReply, { readonly type: 'EventualWritten' | 'EventualValue' }>;

/** Somebody has coordinated it. Of a write that too few are known to have, the outcome is unknown: it can still win everywhere. */
export function eventualAnswer(call: EventualCall, node: NodeId, answer: Answer, nowUs: Micros): Outcome {
  if (answer.type === 'EventualValue') {
    const { versions, answers, homes, repaired, context } = answer;
    const token = contextToken({ stamp: versions[0]?.stamp ?? NO_STAMP, vector: context });
    const result = { type: 'EventualFound', versions, repaired, token } as const;
    return { status: 'ok', result, ...groundOf(call, node, nowUs, answers, homes) };
  }
  const { status, stamp, acks, homes, versions, context } = answer;
  const ground = groundOf(call, node, nowUs, acks, homes);
  if (status === 'unknown') return { status, code: 'OutcomeUnknown', reason: 'timeout', ...ground };
  const token = contextToken({ stamp, vector: context });
  return { status, result: { type: 'EventualWritten', stamp, versions, token }, ...ground };
}

/** It certainly did not happen. */
export function eventualFailure(call: EventualCall, refused: EventualRefused, nowUs: Micros): Outcome {
  assert(!call.mayTakeEffect, 'only what certainly did not happen has failed');
  const { code, node = NO_NODE, answer } = refused;
  const homes = answer?.why === 'NotEnoughReplicas' ? answer.homes : [];
  const queue = code === 'Busy' && node === NO_NODE ? { queue: 'client' as const } : {};
  const refusal = answer === undefined ? {} : { refusal: answer };
  const ground = groundOf(call, node, nowUs, answer?.answers ?? [], homes);
  return { status: 'fail', code, leader: NO_NODE, ...queue, ...refusal, ...ground };
}

/** Whoever was to coordinate the write has not said a word. */
export function eventualUnknown(call: EventualCall, nowUs: Micros): Outcome {
  const [tried] = [...call.open.values()];
  const ground = groundOf(call, tried?.to ?? NO_NODE, nowUs, [], []);
  return { status: 'unknown', code: 'OutcomeUnknown', reason: 'timeout', ...ground };
}

function groundOf(
  { shard, invokedAtUs, attempts }: EventualCall,
  node: NodeId,
  nowUs: Micros,
  answers: readonly EventualAsk[],
  homes: readonly NodeId[],
): OutcomeGround {
  const elapsedUs = nowUs - invokedAtUs;
  const told = { acks: answers.length, voters: homes.length, replicas: { answers, homes } };
  return { shard, node, term: 0, index: 0, ...told, elapsedUs, attempts };
}
