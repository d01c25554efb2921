import { keyOfOperation, type Operation } from '../../client/operation.ts';
import { hashedPart } from '../../ring/hash-tag.ts';
import { BUSY_WORDS } from '../busy-words.ts';
import { FALLBACK_WORDS } from '../consistency-words.ts';
import { decodeKey } from '../describe.ts';
import { nodeName, shardName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import type { AttemptLink, PathStep } from './operation-path.ts';
import { omittedStep, type PathEditor, type PathsDraft } from './path-draft.ts';
import { tellEnd } from './path-end.ts';

/** Of a batch. */
const ITEMS_TOLD = 5;

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** What the client does: where the key lives, whom it asks, what it is answered, how it ended. */
export function followClient(draft: PathsDraft, event: TraceEvent): void {
  switch (event.type) {
    case 'OperationInvoked':
      invoked(draft, event);
      return;
    case 'KeyHashed':
      edit(draft, event.operation, (path) => hashed(path, event));
      return;
    case 'WriteQueued':
      edit(draft, event.operation, (path) => {
        const note = `the client has ${event.ahead} earlier ${event.ahead === 1 ? 'write' : 'writes'} there`;
        open(path, event, { kind: 'turn', text: `waits its turn in ${shardName(event.shard)}`, note });
      });
      return;
    case 'RequestSent':
      edit(draft, event.operation, (path) => sent(path, event));
      return;
    case 'RequestReceived':
    case 'RequestAnswered':
      for (const [id, { attempts }] of draft.live) {
        const at = attempts.findIndex(({ requestId, to }) => requestId === event.requestId && to === event.node);
        if (at === -1 || draft.path(id)?.client !== event.client) continue;
        const path = draft.edit(id);
        if (event.type === 'RequestReceived') path.close(attempts[at]?.requestStep, 'done');
        else answered(path, at, event);
      }
      return;
    case 'ReplyReceived':
      edit(draft, event.operation, (path) => received(path, event));
      return;
    case 'RequestGivenUp':
      edit(draft, event.operation, (path) => {
        const text = `no answer from ${nodeName(event.to)} for ${Math.round(event.afterUs / 1000)} ms`;
        const attempt = attemptOf(path, event.requestId)?.attempt;
        path.instant({ ...common(path, event, attempt?.phase), kind: 'silence', text }, 'failed');
      });
      return;
    case 'ReadHedged':
      edit(draft, event.operation, (path) => {
        const { suspected, by, through } = event;
        const text = `${nodeName(suspected)} is suspected: asks through ${nodeName(through)} as well`;
        const note = by === suspected ? 'it was silent to this client' : `${nodeName(by)} says so`;
        path.instant({ ...common(path, event), kind: 'hedge', text, note });
      });
      return;
    case 'QuorumHeard':
    case 'ReadFellBack':
    case 'ReplicasDiffered':
    case 'AppliedAsked':
      edit(draft, event.operation, (path) => polled(path, event));
      return;
    case 'PlacementOutdated':
    case 'PlacementAsked':
    case 'PlacementLearned':
      // It may come when the operation has its answer.
      if (draft.isDetailed(event.operation)) fetched(draft.edit(event.operation), event);
      return;
    case 'ClientRested':
      edit(draft, event.operation, (path) =>
        open(path, event, { kind: 'rest', text: 'rests before it asks again', dueUs: event.untilUs }),
      );
      return;
    case 'OperationCompleted':
      completed(draft, event);
      return;
    default:
  }
}

function edit(draft: PathsDraft, id: number, change: (path: PathEditor) => void): void {
  if (draft.path(id)?.completedUs === undefined && draft.isDetailed(id)) change(draft.edit(id));
}

function invoked(draft: PathsDraft, event: Of<'OperationInvoked'>): void {
  const { id, client, clientName, operation, shard, timeUs } = event;
  const detailsOmitted = timeUs <= draft.omittedUntilUs;
  const editor = draft.begin({
    id,
    client,
    clientName,
    operation,
    shard,
    replicas: [],
    invokedUs: timeUs,
    completedUs: undefined,
    outcome: undefined,
    reason: '',
    steps: [],
    quorum: undefined,
    detailsOmitted,
    stepsLeftOut: 0,
  });
  if (detailsOmitted) editor.instant(omittedStep(event));
}

function hashed(path: PathEditor, { token, shard, replicas, client }: Of<'KeyHashed'>): void {
  path.path.replicas = replicas;
  const hex = token.toString(16).padStart(8, '0');
  path.instant({
    kind: 'hash',
    phase: 'operation',
    actor: client,
    shard,
    text: `hashes ${hashedText(path.path.operation)}: ${shardName(shard)}`,
    note: `token ${hex}, replicas ${replicas.map(nodeName).join(' ')}`,
  });
}

/** `2 writes as one: PUT a{u1}, DELETE b{u1}`; empty but for a batch. */
function itemsText(operation: Operation): string {
  if (operation.type !== 'Batch') return '';
  const items = operation.items.map(({ type, key }) => `${type.toUpperCase()} ${decodeKey(key)}`);
  const more = items.length > ITEMS_TOLD ? `, … ${items.length - ITEMS_TOLD} more` : '';
  return `${items.length} writes as one: ${items.slice(0, ITEMS_TOLD).join(', ')}${more}`;
}

/** What of the keys decides the shard. */
function hashedText(operation: Operation): string {
  const key = keyOfOperation(operation);
  const part = hashedPart(key);
  if (part.length < key.length) return `the tag {${decodeKey(part)}}`;
  return operation.type === 'Batch' ? 'the keys' : 'the key';
}

/** @param shard only there; undefined: everywhere */
function endWaits(path: PathEditor, shard?: PathStep['shard']): void {
  for (const step of path.waiting) {
    const rests = step.kind === 'rest' || step.kind === 'turn';
    if (rests && (shard ?? step.shard) === step.shard) path.close(step.id, 'done');
  }
}

function sent(path: PathEditor, event: Of<'RequestSent'>): void {
  const { requestId, to, shard, request, attempt, hedge } = event;
  endWaits(path, shard);
  const registers = request === 'RegisterClient';
  const requestStep = path.open({
    kind: 'request',
    phase: registers ? 'session' : 'operation',
    actor: event.client,
    to,
    shard,
    text: registers
      ? 'asks for a session'
      : `asks for ${request === 'ReplicaGet' ? 'what it has applied' : request.toUpperCase()}`,
    note: [registers ? '' : itemsText(path.path.operation), hedge ? 'hedge' : attempt > 1 ? `attempt ${attempt}` : '']
      .filter(Boolean)
      .join(', '),
  });
  const phase = registers ? 'session' : 'operation';
  const link: AttemptLink = { requestId, to, shard, phase, requestStep, replyStep: undefined };
  path.link({ attempts: [...path.links.attempts, link] });
}

/** What the client makes of the replicas that it asked together. */
function polled(
  path: PathEditor,
  event: Of<'QuorumHeard' | 'ReadFellBack' | 'ReplicasDiffered' | 'AppliedAsked'>,
): void {
  const step = { phase: 'operation', actor: event.client, shard: event.shard } as const;
  switch (event.type) {
    case 'QuorumHeard': {
      const text = `${event.voters.map(nodeName).join(', ')} answered: entry ${event.index} must be applied`;
      const note = event.behind ? 'none of them has: asks them to answer when they have' : 'and is';
      path.instant({ ...step, kind: 'poll', text, note });
      return;
    }
    case 'ReadFellBack':
      path.instant({ ...step, kind: 'fallback', text: fellBackText(event.reason), note: FALLBACK_WORDS[event.reason] });
      return;
    case 'ReplicasDiffered':
      path.instant({
        ...step,
        kind: 'fallback',
        text: `${event.nodes.map(nodeName).join(' and ')} answer differently`,
        note: `both have applied just the entries up to ${event.index}: one of them is damaged`,
      });
      return;
    default:
      path.instant({ ...step, kind: 'poll', text: `committed: asks all whether entry ${event.index} is applied` });
  }
}

const fellBackText = (reason: Of<'ReadFellBack'>['reason']): string =>
  reason === 'silent voter' ? 'makes do with a majority' : 'asks the leader, by ReadIndex';

function answered(path: PathEditor, at: number, event: Of<'RequestAnswered'>): void {
  const attempt = path.links.attempts[at];
  if (attempt === undefined) return;
  const { shard, phase } = attempt;
  for (const step of path.waiting) {
    // A scan's search has no report of its own.
    if (step.kind === 'lookup' && step.shard === shard && step.actor === event.node) path.close(step.id, 'done');
  }
  const replyStep = path.open({
    kind: 'reply',
    phase,
    actor: event.node,
    to: path.path.client,
    shard,
    text: `answers: ${event.queue === undefined ? ANSWER_WORDS[event.outcome] : `it ${BUSY_WORDS[event.queue]}`}`,
  });
  path.relink('attempts', at, { replyStep });
}

const ANSWER_WORDS: Record<Of<'RequestAnswered'>['outcome'], string> = {
  Registered: 'the session is open',
  Written: 'done',
  Mismatch: 'another value is there, nothing written',
  Value: 'the value',
  NoValue: 'there is none',
  Range: 'its part of the range',
  NotLeader: 'not the leader',
  Quarantined: 'its replica is quarantined: what it holds is not to be believed',
  SessionExpired: 'the session has expired, not applied',
  Busy: 'too much is queued',
  TransferUnderWay: 'hands its leadership over, takes no writes',
  LeadershipLost: 'no longer the leader, outcome unknown',
  WrongShard: 'no replica of this shard',
  StaleEpoch: 'no replica of this shard by now: the ring has changed',
  Placement: 'who holds every shard',
  ReplicaValue: 'what it has applied',
  ReplicaBehind: 'has not applied as much',
  Appended: 'its own disk has it; not committed yet',
  EventualWritten: 'as many have it as were asked for',
  EventualValue: 'what those who answered hold together',
  EventualRefused: 'nothing was done',
};

const REFUSALS: readonly string[] = [
  'NotLeader',
  'Quarantined',
  'SessionExpired',
  'Busy',
  'TransferUnderWay',
  'LeadershipLost',
  'WrongShard',
  'StaleEpoch',
  'ReplicaBehind',
  'EventualRefused',
  'ConnectionRefused',
];

function received(path: PathEditor, event: Of<'ReplyReceived'>): void {
  const found = attemptOf(path, event.requestId);
  if (found === undefined) return;
  const { replyStep } = found.attempt;
  path.close(replyStep, 'done');
  if (replyStep === undefined || !REFUSALS.includes(event.answer)) return;
  const knows = event.leader === 0 ? 'it knows no leader' : `it says that ${nodeName(event.leader)} leads`;
  path.change(replyStep, { state: 'failed', note: event.answer === 'NotLeader' ? knows : '' });
}

/** Who holds all the other shards by now: the client finds out beside the operation that came upon it. */
function fetched(path: PathEditor, event: Of<'PlacementOutdated' | 'PlacementAsked' | 'PlacementLearned'>): void {
  const step = { kind: 'placement', phase: 'operation', actor: path.path.client, shard: path.path.shard } as const;
  const last = path.waiting.find(({ kind }) => kind === 'placement');
  if (event.type === 'PlacementOutdated') {
    const { from, ringEpoch, knownEpoch } = event;
    const isLater = ringEpoch > knownEpoch;
    const text = isLater
      ? 'goes by an old ring: will ask for the new one'
      : 'replicas have moved: will ask where all are';
    const note = isLater ? `${nodeName(from)} tells of epoch ${ringEpoch}, the client knows ${knownEpoch}` : '';
    path.open({ ...step, text, note });
  } else if (event.type === 'PlacementAsked') {
    path.close(last?.id, last?.to === undefined ? 'done' : 'failed');
    path.open({ ...step, to: event.to, text: 'asks who holds every shard' });
  } else {
    const { changed, ringEpoch } = event;
    const moved = `${changed.length} ${changed.length === 1 ? 'shard was' : 'shards were'} held by others than it believed`;
    path.close(last?.id, 'done', `epoch ${ringEpoch}; ${moved}`);
  }
}

function completed(draft: PathsDraft, event: Of<'OperationCompleted'>): void {
  const before = draft.path(event.id);
  if (before === undefined || before.completedUs !== undefined) return;
  const path = draft.edit(event.id);
  path.path.completedUs = event.timeUs;
  path.path.outcome = event.outcome;
  endWaits(path);
  tellEnd(path, event.outcome);
  if (before.detailsOmitted) draft.retire(event.id);
}

export function attemptOf(
  path: PathEditor,
  requestId: number,
): { readonly attempt: AttemptLink; readonly at: number } | undefined {
  const at = path.links.attempts.findIndex((attempt) => attempt.requestId === requestId);
  const attempt = path.links.attempts[at];
  return attempt === undefined ? undefined : { attempt, at };
}

const common = (
  path: PathEditor,
  { shard }: { readonly shard: PathStep['shard'] },
  phase: PathStep['phase'] = 'operation',
) => ({ actor: path.path.client, shard, phase });

function open(
  path: PathEditor,
  event: { readonly shard: PathStep['shard'] },
  step: Pick<PathStep, 'kind' | 'text'> & Partial<{ readonly note: string; readonly dueUs: number }>,
): void {
  path.open({ ...common(path, event), ...step });
}
