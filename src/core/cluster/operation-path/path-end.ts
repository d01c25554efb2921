import type { NodeId } from '../../base/ids.ts';
import type { FailCode, Outcome, WriteGround } from '../../client/operation.ts';
import { votersOf, votesNeeded } from '../../raft/configuration.ts';
import { answersText } from '../answers-text.ts';
import { FALLBACK_WORDS } from '../consistency-words.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { EntryLink, PathStep } from './operation-path.ts';
import type { NewStep, PathEditor } from './path-draft.ts';

/** How the operation ended, on what ground, and where it did not succeed, what is missing. */
export function tellEnd(path: PathEditor, outcome: Outcome): void {
  const { client, shard, detailsOmitted } = path.path;
  const step = { kind: 'done', phase: 'operation', actor: client, shard } as const;
  if (outcome.status === 'ok') {
    path.end({ ...step, text: okText(outcome), note: okGround(outcome) }, 'done');
    return;
  }
  const missing = detailsOmitted ? '' : whatIsMissing(path);
  if (!detailsOmitted) tellMissingQuorum(path);
  const known = outcome.status === 'unknown' ? outcome.reason : FAIL_WORDS[outcome.code];
  path.path.reason = missing === '' ? known : `${known}: ${missing}`;
  const text =
    outcome.status === 'unknown' ? 'outcome unknown: it may have happened, or may still' : 'refused: it did not happen';
  path.end({ ...step, text, note: path.path.reason }, 'failed');
}

type Ok = Extract<Outcome, { readonly status: 'ok' }>;

function okText({ result }: Ok): string {
  switch (result.type) {
    case 'Written':
      return 'has its answer: OK';
    case 'Appended':
      return "has its answer: the leader's disk has it, and it may be lost";
    case 'Swapped':
      return `has its answer: ${result.swapped ? 'swapped' : 'not swapped'}`;
    case 'Batched':
      return `has its answer: all ${result.existed.length} writes are done`;
    case 'BatchRefused':
      return `has its answer: item ${result.item + 1} did not match, nothing written`;
    case 'Value':
      return `has its answer: ${result.value === undefined ? 'there is no such key' : 'the value'}`;
    case 'EventualWritten':
      return 'has its answer: as many as were asked for have it on disk';
    case 'EventualFound':
      return `has its answer: ${versionsText(result.versions.length)}`;
    case 'Range':
      return `has its answer: ${result.pairs.length} ${result.pairs.length === 1 ? 'pair' : 'pairs'}`;
  }
}

const versionsText = (count: number): string =>
  count === 0 ? 'nobody who was asked knows the key' : count === 1 ? 'one version' : `${count} siblings`;

function okGround({ node, term, index, acks, voters, ground, instead, write, replicas }: Ok): string {
  if (node === 0) return 'every shard answered';
  if (replicas !== undefined) return `coordinated by ${nodeName(node)}: ${answersText(replicas.answers)}`;
  const how = ground === undefined ? 'stored on' : 'voters asked:';
  const stored = acks > 0 ? `, ${how} ${acks} of ${voters}` : '';
  const other = instead === undefined ? '' : `, ${FALLBACK_WORDS[instead]}`;
  return `${nodeName(node)}, term ${term}, index ${index}${stored}${write === undefined ? '' : HELD_WORDS[write.held]}${other}`;
}

const HELD_WORDS: Record<WriteGround['held'], string> = {
  leader: ', not committed yet',
  all: ', applied on all',
  'not all': ', committed, not on all',
};

const FAIL_WORDS: Record<FailCode, string> = {
  NotEnoughReplicas: 'no replica could serve it in time',
  NotLeader: 'the node asked is not the leader',
  Quarantined: 'the replica asked is quarantined, and serves nobody until it is repaired',
  Timeout: 'no answer in time',
  Busy: 'too much is queued',
  TransferUnderWay: 'the leader hands its leadership over',
  ConnectionRefused: 'the node asked is down',
  SessionExpired: 'the session has expired',
  ReplicaBehind: 'the replica asked has not applied what this session has seen',
  ClockAhead: 'what the client has read is stamped further ahead than the node believes',
  BelowFence: "the node's clock is behind a purge of tombstones",
  TooManySiblings: 'the key has too many siblings',
  RowTooLarge: 'all siblings of the key together are too large',
};

/** An entry that was proposed and not committed: whose acknowledgment never came, and why. */
function tellMissingQuorum(path: PathEditor): void {
  const entry = path.links.entries.at(-1);
  if (entry === undefined || entry.committedUs !== undefined) return;
  const { leader, shard, phase, storedOn } = entry;
  const needed = votesNeeded(entry.configuration);
  const text = `no quorum: entry ${entry.index} is known to be stored on ${storedOn.length} of the ${needed} it needs`;
  path.instant(
    { kind: 'quorum', phase, actor: leader, shard, text, note: missingAcks(path, entry) } satisfies NewStep,
    'failed',
  );
}

function whatIsMissing(path: PathEditor): string {
  const { entries, attempts, reads } = path.links;
  const entry = entries.at(-1);
  if (entry !== undefined && entry.committedUs === undefined) return missingAcks(path, entry);
  const attempt = attempts.at(-1);
  const request = path.step(attempt?.requestStep);
  if (attempt === undefined || request === undefined) return '';
  const to = nodeName(attempt.to);
  if (request.state === 'failed') return `the request to ${to} did not arrive (${request.note})`;
  if (request.state === 'waiting') return `the request to ${to} is still under way`;
  const reply = path.step(attempt.replyStep);
  if (reply?.state === 'waiting') return `the answer of ${to} is still under way`;
  if (reply?.state === 'failed') return `${to} ${reply.text} (${reply.note || 'a refusal'})`.replace(' ()', '');
  const read = reads.at(-1);
  if (read !== undefined && !read.confirmed) {
    const answered = path.path.steps.filter(({ kind, state }) => kind === 'confirm' && state === 'done');
    const silent = path.path.replicas.filter(
      (node) => node !== read.node && !answered.some(({ actor }) => actor === node),
    );
    return `no quorum confirmed that ${nodeName(read.node)} still leads ${shardName(read.shard)}; no answer from ${names(silent)}`;
  }
  return reply === undefined ? `${to} has not answered` : '';
}

function missingAcks(path: PathEditor, entry: EntryLink): string {
  // What a learner stores counts for nothing.
  const silent = votersOf(entry.configuration).filter((node) => !entry.storedOn.includes(node));
  const lost = entry.lost === '' ? [] : [entry.lost];
  return [...lost, ...silent.map((node) => whyNotStored(path, entry, node))].join('; ');
}

function whyNotStored(path: PathEditor, entry: EntryLink, node: NodeId): string {
  const name = nodeName(node);
  const sync = path.step(entry.syncs.findLast((each) => each.node === node)?.step);
  if (node === entry.leader) return `${name}'s own log sync is ${sync?.state === 'failed' ? 'lost' : 'not complete'}`;
  const ofEntry = (kind: PathStep['kind'], from: NodeId, to: NodeId): PathStep | undefined =>
    path.path.steps.findLast(
      (step) => step.kind === kind && step.phase === entry.phase && step.actor === from && step.to === to,
    );
  const ack = ofEntry('ack', node, entry.leader);
  if (ack !== undefined)
    return `${name}'s acknowledgment ${ack.state === 'failed' ? `never came (${ack.note})` : 'is under way'}`;
  if (sync !== undefined)
    return `${name}'s log sync is ${sync.state === 'failed' ? `lost (${sync.note})` : 'not complete'}`;
  const append = ofEntry('append', entry.leader, node);
  if (append === undefined) return `${name} was never sent the entry`;
  if (append.state === 'failed') return `${name} never got the entry (${append.note})`;
  return `${name} ${append.state === 'waiting' ? 'has not got the entry yet' : 'got it and could not take it'}`;
}

const names = (nodes: readonly NodeId[]): string => nodes.map(nodeName).join(' and ') || 'anybody';
