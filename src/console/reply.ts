import { assertNever } from '../core/base/assert.ts';
import { NO_NODE, type NodeId } from '../core/base/ids.ts';
import {
  isWrite,
  type Operation,
  type OperationResult,
  type Outcome,
  type ReplicaWord,
} from '../core/client/operation.ts';
import { BUSY_WORDS } from '../core/cluster/busy-words.ts';
import { FALLBACK_WORDS } from '../core/cluster/consistency-words.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import { type CommandResult, type KeyMention, refuse, succeed } from './result.ts';
import { bytesToText, plural, showBytes, showDuration } from './show.ts';

type Ok = Extract<Outcome, { status: 'ok' }>;
type Fail = Extract<Outcome, { status: 'fail' }>;
type Unknown = Extract<Outcome, { status: 'unknown' }>;

/**
 * An operation's outcome as the console says it: what, who answered, and on what ground. `note` (such as "paused again") goes behind the
 * first line.
 */
export function replyTo(operation: Operation, outcome: Outcome, note: string): CommandResult {
  switch (outcome.status) {
    case 'ok':
      return answer(operation, outcome.result, outcome, note);
    case 'fail':
      return refuse(outcome.code, failText(operation, outcome) + note);
    case 'unknown':
      return refuse(outcome.code, unknownText(operation, outcome) + note);
    default:
      return assertNever(outcome);
  }
}

/** Values: PUT none; DELETE whether the key was there; CAS whether it swapped; GET the text or null; SCAN its [key, value] pairs. */
function answer(operation: Operation, result: OperationResult, outcome: Ok, note: string): CommandResult {
  switch (result.type) {
    case 'Written': {
      if (operation.type !== 'Delete') return succeed(`OK  ${writeGround(outcome)}${note}`);
      const absent = result.existed ? '' : ' · there was nothing to delete';
      return succeed(`OK  ${writeGround(outcome)}${absent}${note}`, result.existed);
    }
    case 'Appended':
      return { ...succeed(`OK, unsafe: it may be lost  ${writeGround(outcome)}${note}`), caution: 'may be lost' };
    case 'Swapped': {
      if (result.swapped) return succeed(`OK  ${writeGround(outcome)}${note}`, true);
      const holds = result.actual === undefined ? 'there is no such key' : `it holds ${showBytes(result.actual)}`;
      return succeed(`(not swapped) ${holds}  ${writeGround(outcome)}${note}`, false);
    }
    // Told in run-batch.ts, which comes with the command.
    case 'Batched':
    case 'BatchRefused':
    // Told in run-eventual.ts, which comes with the first of them.
    case 'EventualWritten':
    case 'EventualFound':
      return succeed(writeGround(outcome) + note);
    case 'Value': {
      const shown = result.value === undefined ? '(nil)' : showBytes(result.value);
      const value = result.value === undefined ? null : bytesToText(result.value);
      const expiry =
        result.expiresInUs === undefined ? '' : `expires in ${showDuration(result.expiresInUs)} of log time · `;
      const reply = succeed(`${shown}  ${expiry}${readGround(outcome)}${note}`, value);
      const caution = cautionOf(outcome);
      return caution === undefined ? reply : { ...reply, caution };
    }
    case 'Range': {
      const pairs = result.pairs.map(({ key, value }) => [bytesToText(key), bytesToText(value)] as const);
      const lines: string[] = [];
      const keys: KeyMention[] = [];
      let at = 0;
      for (const { key, value } of result.pairs) {
        const shown = showBytes(key);
        const line = `${shown}  ${showBytes(value)}`;
        keys.push({ at, length: shown.length, key: bytesToText(key) });
        lines.push(line);
        at += line.length + 1;
      }
      if (result.more) lines.push('… more');
      const from = outcome.node === NO_NODE ? showDuration(outcome.elapsedUs) : readGround(outcome);
      const count = pairs.length === 0 ? '(no keys here)' : plural(pairs.length, 'key');
      const reply = succeed([...lines, `${count}  ${from}${note}`].join('\n'), pairs);
      return keys.length === 0 ? reply : { ...reply, keys };
    }
    default:
      return assertNever(result);
  }
}

/** What a read does not promise. */
function cautionOf({ ground, differing = [] }: Ok): string | undefined {
  if (differing.length > 0) return 'replicas differ';
  return ground === 'applied' ? 'may be stale' : undefined;
}

export const writeGround = (outcome: Ok): string =>
  `term ${outcome.term} index ${outcome.index} · ${outcome.acks}/${outcome.voters} acks${heldText(outcome)} · ${showDuration(outcome.elapsedUs)} · ` +
  `from ${nodeName(outcome.node)}, leader${attempts(outcome)}`;

/** What became of another W than 2. */
function heldText({ write, voters }: Ok): string {
  switch (write?.held) {
    case undefined:
      return '';
    case 'leader':
      return ", on the leader's disk alone, not committed yet";
    case 'all':
      return `, applied on all ${voters}`;
    default:
      return `, committed, not on all: ${(write as { readonly missing: readonly NodeId[] }).missing.map(nodeName).join(', ')} had not applied it in time`;
  }
}

const readGround = (outcome: Ok): string =>
  `from ${nodeName(outcome.node)}, ${groundText(outcome)}${insteadText(outcome)}${differenceText(outcome)} · ${showDuration(outcome.elapsedUs)}${attempts(outcome)}`;

function groundText({ ground, index, replica, acks, voters }: Ok): string {
  const role = replica?.leads === true ? 'leader' : 'follower';
  switch (ground) {
    case 'lease':
      return `leader, lease, index ${index}`;
    case 'applied':
      return `${role}, ${lagText(replica)}, may be stale, index ${index}`;
    case 'session':
      return `${role}, ${lagText(replica)}, not older than this session, index ${index}`;
    case 'quorum':
      return `${role}, ${acks} of ${voters} voters asked, index ${index}`;
    case 'all':
      return `${role}, all ${voters} voters compared, index ${index}`;
    default:
      return `leader, ReadIndex ${index}`;
  }
}

/** `1 behind, heard of the leader 40 ms ago`. */
function lagText(replica: ReplicaWord | undefined): string {
  const { leads = false, behind = 0, leaderContactUs } = replica ?? {};
  if (leads) return `${behind} behind`;
  const heard =
    leaderContactUs === undefined
      ? 'has not heard of a leader since it was started'
      : `heard of the leader ${showDuration(leaderContactUs)} ago`;
  return `${behind} behind, ${heard}`;
}

const insteadText = ({ instead }: Ok): string =>
  instead === undefined ? '' : ` (instead: ${FALLBACK_WORDS[instead]})`;

function differenceText({ differing = [] }: Ok): string {
  if (differing.length === 0) return '';
  return ` · WARNING: ${differing.map(nodeName).join(' and ')} hold different values at the same applied index: one of them is damaged`;
}

const attempts = (outcome: Outcome): string =>
  outcome.attempts > 1 ? ` · ${plural(outcome.attempts, 'attempt')}` : '';

/** What the shard remembered of it went with the session; the retry itself was refused. */
const EARLIER_ATTEMPT =
  'the retry was refused, and whether an earlier attempt was applied is forgotten. New writes open a new session';

function unknownText(operation: Operation, outcome: Unknown): string {
  const after = `${outcome.reason} after ${showDuration(outcome.elapsedUs)}`;
  const quorum = Math.floor(outcome.voters / 2) + 1;
  const acks = outcome.voters === 0 ? '' : `, ${outcome.acks} of ${quorum} acks`;
  const remedy =
    operation.type === 'Cas'
      ? 'GET it, or retry: if it happened, the retry will not swap'
      : 'GET it, or retry: a retry is safe only with CAS';
  const which = outcome.reason === 'session expired' ? EARLIER_ATTEMPT : 'the write may or may not have happened';
  return `(outcome unknown) ${after}${acks}; ${which}. ${remedy}`;
}

function busyText(outcome: Fail, nothing: string): string {
  const { queue = 'client' } = outcome;
  const shard = shardName(outcome.shard);
  const who = queue === 'client' ? `This client, for ${shard},` : `${nodeName(outcome.node)}, the leader of ${shard},`;
  const remedy = 'Try again with less at once, or when disks and followers keep up: STATUS shows them.';
  return `${who} ${BUSY_WORDS[queue]} (${showDuration(outcome.elapsedUs)}${attempts(outcome)}).${nothing} ${remedy}`;
}

function quarantineText({ node, shard: id, quarantine, elapsedUs }: Fail, nothing: string): string {
  const [who, shard] = [nodeName(node), shardName(id)];
  const why =
    quarantine?.reason === 'outvoted' ? 'holds other rows than the majority' : 'has a block that cannot be read';
  const after = showDuration(elapsedUs);
  if (quarantine?.isAlone !== true)
    return `The replica of ${shard} on ${who} ${why}, and serves nobody until the others have repaired it (${after}).${nothing} Try again in a moment; WHY ${shard} tells how far that is.`;
  return (
    `The only replica of ${shard}, on ${who}, ${why}, and there is no other copy to repair it from (${after}).${nothing} ` +
    `LOAD goes back to a saved run; RESET replicas=3 begins one in which others have it; WIPE ${who} force=yes gives up what was there. WHY ${shard} tells what was found.`
  );
}

function failText(operation: Operation, outcome: Fail): string {
  const shard = shardName(outcome.shard);
  const nothing = isWrite(operation) ? ' Nothing was written.' : '';
  const after = showDuration(outcome.elapsedUs);
  switch (outcome.code) {
    case 'NotEnoughReplicas':
      return `${shard} has no quorum: too few of its replicas can be reached (${after}).${nothing} REVIVE a node or HEAL the network; STATUS shows which.`;
    case 'NotLeader': {
      const who = outcome.node === NO_NODE ? 'The node asked' : nodeName(outcome.node);
      const leader =
        outcome.leader === NO_NODE ? 'it knows no leader' : `${nodeName(outcome.leader)} is, as far as it knows`;
      const via =
        outcome.leader === NO_NODE ? 'Leave via= out' : `Use via=${nodeName(outcome.leader)}, or leave via= out`;
      return `${who} is not the leader of ${shard}; ${leader} (${after}).${nothing} ${via}: the client finds the leader by itself.`;
    }
    case 'Timeout':
      return `No answer from ${shard} within ${after}.${nothing} STATUS shows its leader; timeout= allows more time.`;
    case 'Busy':
      return busyText(outcome, nothing);
    case 'TransferUnderWay':
      return `${nodeName(outcome.node)} is handing its leadership of ${shard} over and takes no writes meanwhile (${after}).${nothing} Try again in a moment.`;
    case 'ConnectionRefused': {
      const who = outcome.node === NO_NODE ? 'The node asked' : nodeName(outcome.node);
      return `${who} is down: nothing listens there (${after}).${nothing} REVIVE it, or leave via= out.`;
    }
    case 'ReplicaBehind':
      return `${nodeName(outcome.node)} has applied entry ${outcome.index} of ${shard}, and this session has seen later ones (${after}). Leave via= out, or read with r=1: that may be stale.`;
    case 'Quarantined':
      return quarantineText(outcome, nothing);
    case 'SessionExpired':
      return `${shard} has let this client's session expire (${after}).${nothing} Try again: the client opens a new one.`;
    // Told by what the coordinator said.
    case 'ClockAhead':
    case 'BelowFence':
    case 'TooManySiblings':
    case 'RowTooLarge':
      return `${nodeName(outcome.node)} refused it (${outcome.code}).${nothing}`;
    default:
      return assertNever(outcome.code);
  }
}
