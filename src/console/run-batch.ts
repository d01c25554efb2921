import type { Micros } from '../core/base/ids.ts';
import type { Operation, Outcome, WriteLevel } from '../core/client/operation.ts';
import { bytesOfKeyWrite, keyTwice } from '../core/node/batch.ts';
import { BATCH_BYTES_MAX, BATCH_ITEMS_MAX } from '../core/node/config.ts';
import type { KeyWrite } from '../core/node/message.ts';
import type { BoundCommand } from './command.ts';
import { replyTo, writeGround } from './reply.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showBytes } from './show.ts';
import { CAS, type CasArguments, casOf, PUT, type PutArguments, putOf } from './write-grammar.ts';

type Batch = Extract<Operation, { readonly type: 'Batch' }>;

/** The batch that was written; or why its writes are none. @param asked for it, @param usual where nothing is asked for */
export function batchOf(
  items: readonly BoundCommand[],
  asked: WriteLevel | undefined,
  usual: WriteLevel | undefined,
): Batch | CommandResult {
  const writes = items.map(writeOf);
  const hasCas = writes.some(({ type }) => type === 'Cas');
  if (asked === 1 && hasCas) return refuse('BadOption', NO_CAS);
  const write = asked ?? (usual === 1 && hasCas ? undefined : usual);
  return faultOf(writes) ?? { type: 'Batch', items: writes, ...(write === undefined ? {} : { write }) };
}

const NO_CAS =
  'A BATCH with CAS is answered when it is applied: whether it matches is not known before. Leave w=1 out, or the CAS.';

// `bind` only ever passes what the parameters of these commands parsed.
function writeOf({ command, args, options }: BoundCommand): KeyWrite {
  const ttl = options.ttl as Micros | undefined;
  if (command.verb === PUT.verb) return putOf(args as unknown as PutArguments, ttl);
  if (command.verb === CAS.verb) return casOf(args as unknown as CasArguments, ttl);
  return { type: 'Delete', key: args.key as Uint8Array };
}

function faultOf(writes: readonly KeyWrite[]): CommandResult | undefined {
  const few = `It is one log entry, of at most ${BATCH_ITEMS_MAX} writes and ${BATCH_BYTES_MAX} bytes (1 MiB): split it.`;
  if (writes.length > BATCH_ITEMS_MAX) return refuse('BatchTooLarge', `The batch has ${writes.length} writes. ${few}`);
  const bytes = writes.reduce((sum, write) => sum + bytesOfKeyWrite(write), 0);
  if (bytes > BATCH_BYTES_MAX) return refuse('BatchTooLarge', `The batch has ${bytes} bytes. ${few}`);
  const twice = keyTwice(writes);
  if (twice === undefined) return undefined;
  const key = showBytes((writes[twice] as KeyWrite).key);
  const why = 'Each key may stand in it once: every CAS sees what was there before the batch.';
  return refuse('BadArgument', `The batch names ${key} again in write ${twice + 1}. ${why}`);
}

/** Value: whether it was applied. */
export function replyToBatch(batch: Batch, outcome: Outcome, note: string): CommandResult {
  if (outcome.status === 'ok' && outcome.result.type === 'Batched') {
    const writes = `${plural(outcome.result.existed.length, 'write')} as one entry`;
    return succeed(`OK  ${writes} · ${writeGround(outcome)}${note}`, true);
  }
  if (outcome.status !== 'ok' || outcome.result.type !== 'BatchRefused') return replyTo(batch, outcome, note);
  const { item, actual } = outcome.result;
  const holds = actual === undefined ? 'there is no such key' : `it holds ${showBytes(actual)}`;
  const key = showBytes((batch.items[item] as KeyWrite).key);
  const which = `write ${item + 1}, CAS ${key}, did not match: ${holds}`;
  return succeed(`(nothing written) ${which}  ${writeGround(outcome)}${note}`, false);
}
