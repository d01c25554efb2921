import { type ActorId, isClient, type Micros, type NodeId } from '../../base/ids.ts';
import { isEventual } from '../../client/operation.ts';
import { decodeKey } from '../describe.ts';
import { keyOfPath, type OperationPath, type PathStep } from '../operation-path/operation-path.ts';
import { nodeName, shardName } from '../snapshot.ts';
import { absentAt } from './absence.ts';
import { type Evidence, inOrder, milliseconds, type Sentence, seconds } from './circumstances.ts';
import { slowDisks } from './disks.ts';
import { leaderOf, leadsOf } from './leads.ts';
import { linksAt, settingsAmong } from './links.ts';
import { silentVoters, whyLeader } from './why-leader.ts';
import { whoWasQuarantined } from './why-shard.ts';

/** Why an operation ended as it did, and when: only what led there, and behind each silence what had happened to whoever was silent. */
export function whyOperation(path: OperationPath, evidence: Evidence): readonly Sentence[] {
  const { invokedUs, shard, completedUs } = path;
  const { events, nowUs } = evidence;
  const untilUs = completedUs ?? nowUs;
  const then: Evidence = { ...evidence, nowUs: untilUs };
  const leader = leaderOf(leadsOf(events, shard, invokedUs));
  const steps = together([...path.steps.flatMap((step) => tellStep(step, path, then)), ...tellRests(path)]);
  const leads = leadsOf(events, shard, untilUs);
  // An election that it had to wait for, or a leader that there was none of.
  const changed = leads.some(({ sinceUs }) => sinceUs > invokedUs);
  const failed = path.outcome !== undefined && path.outcome.status !== 'ok';
  // Nobody is known to have led, but the run is not kept from its beginning: somebody may have, all the time.
  const known = evidence.reachUs === 0 || leads.length > 0;
  // Nobody leads in the eventual keyspace.
  const isLed = !isEventual(path.operation);
  const leaderless = isLed && ((known && leader === undefined) || changed || (failed && leaderOf(leads) === undefined));
  const elections = leaderless ? whyLeader(shard, then) : [];
  const led = !isLed
    ? ', of the eventual keyspace'
    : leader === undefined
      ? known
        ? ', which no node led'
        : ''
      : `, led by ${nodeName(leader.node)}`;
  const asked = `${path.clientName} asked ${verbOf(path)} ${decodeKey(keyOfPath(path)) || '""'}: ${shardName(shard)}${led}`;
  const refusers = isOfQuarantine(path) ? whoWasQuarantined(shard, then, invokedUs) : [];
  const causes = [...elections, ...refusers, ...hindrances(path, evidence, untilUs)];
  return inOrder([
    ...causes.filter(({ timeUs }) => timeUs <= invokedUs),
    { timeUs: invokedUs, text: asked },
    ...causes.filter(({ timeUs }) => timeUs > invokedUs),
    ...steps,
    { timeUs: untilUs, text: endText(path, untilUs) },
  ]);
}

/** Somebody refused it because what it holds is not to be believed. */
const isOfQuarantine = ({ outcome, steps }: OperationPath): boolean =>
  (outcome?.status === 'fail' && outcome.code === 'Quarantined') ||
  steps.some(({ kind, text }) => kind === 'reply' && text.includes('quarantined'));

/** What had been made worse of the links and disks that it needed, and who was missing for its quorum. */
function hindrances(path: OperationPath, evidence: Evidence, untilUs: Micros): readonly Sentence[] {
  const { steps, outcome, client, detailsOmitted, invokedUs } = path;
  const { events, replicas, usual } = evidence;
  // Whoever was asked said so: nothing was in the way.
  if (outcome?.status === 'fail' && outcome.code === 'NotLeader') return [];
  const succeeded = outcome?.status === 'ok';
  // Of one that came through, only what was in its way; of another, all that may have been.
  const narrow = succeeded && !detailsOmitted;
  const moments = [invokedUs, untilUs];
  const nodes = [...new Set([...replicas, ...steps.flatMap(({ actor, to }) => [actor, to ?? actor])])].filter(
    (actor) => !isClient(actor),
  ) as NodeId[];
  const done = steps.filter(({ state }) => state === 'done');
  const wrote = narrow
    ? nodes.filter((node) => done.some((step) => step.kind === 'log sync' && step.actor === node))
    : nodes;
  const worse = moments.flatMap((atUs) => {
    const links = linksAt(events, atUs, usual.network);
    const passed = narrow
      ? done.flatMap(({ actor, to }) => (to === undefined ? [] : (links.settingOf(actor, to) ?? [])))
      : settingsAmong(links, [client, ...nodes]);
    return [...passed.map(({ timeUs, text }) => ({ timeUs, text })), ...slowDisks(events, atUs, wrote, usual.disk)];
  });
  return succeeded ? worse : [...worse, ...whoWasMissing(path, { ...evidence, nowUs: untilUs })];
}

/** Where whoever led waited for a quorum that could not come, the voters that took no part. */
function whoWasMissing({ steps, shard, quorum }: OperationPath, evidence: Evidence): readonly Sentence[] {
  const asking = steps.findLast(({ kind, state }) => kind === 'ReadIndex' && state !== 'done')?.actor as
    | NodeId
    | undefined;
  const leader = quorum !== undefined && quorum.committedUs === undefined ? quorum.leader : asking;
  return leader === undefined ? [] : silentVoters(shard, leader, evidence);
}

function verbOf({ operation }: OperationPath): string {
  if (operation.type === 'EventualRead') return 'GET';
  if (operation.type === 'EventualWrite') return operation.value === undefined ? 'DELETE' : 'PUT';
  return operation.type.toUpperCase();
}

/** What came again and again is told once, with how often. */
function together(sentences: readonly Sentence[]): readonly Sentence[] {
  const times = new Map<string, readonly number[]>();
  for (const { timeUs, text } of sentences) times.set(text, [...(times.get(text) ?? []), timeUs]);
  return [...times].map(([text, at]) => {
    const [timeUs = 0] = at;
    return {
      timeUs,
      text: at.length === 1 ? text : `${text}; ${at.length} times, the last at ${seconds(at.at(-1) ?? 0)}`,
    };
  });
}

/** Shorter rests are no reason for anything. */
const REST_TOLD_US = 5000;

function tellRests(path: OperationPath): readonly Sentence[] {
  const rests = path.steps.filter(({ kind }) => kind === 'rest');
  const [first] = rests;
  const restedUs = rests.reduce((sum, { startUs, endUs = startUs }) => sum + endUs - startUs, 0);
  if (first === undefined || restedUs < REST_TOLD_US) return [];
  const often = rests.length === 1 ? '' : ` in ${rests.length} pauses`;
  const text = `${path.clientName} rested ${milliseconds(restedUs)}${often}: whoever it had asked could not serve it`;
  return [{ timeUs: first.startUs, text }];
}

/** Nothing where the step is as it always is. */
function tellStep(step: PathStep, path: OperationPath, evidence: Evidence): readonly Sentence[] {
  const { kind, state, startUs, endUs = startUs, text, note } = step;
  const whole = `${who(step, path)} ${text}${note === '' ? '' : ` (${note})`}`;
  const lost = [{ timeUs: endUs, text: `${whole}${wallText(step, evidence)}` }];
  switch (kind) {
    case 'silence':
      return [{ timeUs: endUs, text: `${path.clientName} had ${text}${silenceText(step, path, evidence)}` }];
    case 'placement':
      return state === 'done' && note !== '' ? [{ timeUs: endUs, text: whole }] : [];
    case 'hedge':
    case 'poll':
    case 'fallback':
    case 'turn':
    case 'coordinate':
    case 'repair':
      return [{ timeUs: startUs, text: whole }];
    case 'propose':
    case 'quorum':
    case 'step down':
    case 'lost':
    case 'unobserved':
      return [{ timeUs: endUs, text: whole }];
    case 'lease':
      return [{ timeUs: endUs, text: whole }];
    case 'ReadIndex':
    case 'confirm':
      if (state === 'failed' && kind === 'confirm') return lost;
      return state === 'done' && kind === 'ReadIndex' ? [{ timeUs: endUs, text: whole }] : [];
    case 'request':
      // Where nothing listens, that it was refused says so.
      return state === 'failed' && !note.endsWith(' is down') ? lost : [];
    case 'merge':
      // That it was merged says nothing, unless something had to give way.
      return note === '' ? [] : [{ timeUs: endUs, text: whole }];
    case 'append':
    case 'ack':
    case 'row':
    case 'row answer':
    case 'heartbeat':
    case 'reply':
      return state === 'failed' ? lost : [];
    default:
      return [];
  }
}

function who({ actor, to }: PathStep, path: OperationPath): string {
  const name = (id: ActorId): string =>
    isClient(id) ? (id === path.client ? path.clientName : 'client') : nodeName(id);
  return to === undefined ? `${name(actor)}:` : `${name(actor)} → ${name(to)}:`;
}

/** Since when the link is cut on which the message was lost, or what else has lost it. */
function wallText({ actor, to, endUs, startUs, note }: PathStep, { events, usual }: Evidence): string {
  // A refusal has arrived.
  if (to === undefined || !note.startsWith('lost')) return '';
  const links = linksAt(events, endUs ?? startUs, usual.network);
  const sinceUs = links.cutSince(actor, to);
  if (sinceUs !== undefined) return `, cut since ${seconds(sinceUs)}`;
  const setting = links.settingOf(actor, to);
  return setting === undefined ? '' : `: ${told(setting)}`;
}

/** What had happened to the node that did not answer, or to the links with it. */
function silenceText({ id, shard, endUs, startUs }: PathStep, path: OperationPath, evidence: Evidence): string {
  const asked = path.steps.findLast((step) => step.kind === 'request' && step.shard === shard && step.id < id)?.to;
  if (asked === undefined) return '';
  const { events, usual } = evidence;
  const node = asked as NodeId;
  const atUs = endUs ?? startUs;
  const absent = absentAt(events, atUs).get(node);
  if (absent !== undefined) return `: ${told(absent)}`;
  const links = linksAt(events, atUs, usual.network);
  const sinceUs = links.cutSince(path.client, node) ?? links.cutSince(node, path.client);
  if (sinceUs !== undefined) return `: their link is cut since ${seconds(sinceUs)}`;
  const [worse] = [...settingsAmong(links, [path.client, node]), ...slowDisks(events, atUs, [node], usual.disk)];
  return worse === undefined ? '' : `: ${told(worse)}`;
}

/** In the middle of another sentence. */
const told = ({ timeUs, text }: Sentence): string => `${text.replace(/^Every /, 'every ')} at ${seconds(timeUs)}`;

/** How it ended, and where its time went. */
function endText(path: OperationPath, untilUs: number): string {
  const { outcome, reason, clientName, invokedUs, detailsOmitted } = path;
  const took = milliseconds(untilUs - invokedUs);
  if (outcome === undefined) return `${clientName} waits for its answer, ${took} by now`;
  const parts = detailsOmitted
    ? '; it passed at full speed, when single steps are not observed: EXPLAIN follows one at any speed'
    : partsOf(path, untilUs);
  if (outcome.status === 'ok') return `${clientName} has its answer after ${took}${parts}`;
  const what =
    outcome.status === 'unknown' ? 'does not know whether it happened' : 'was refused: it certainly did not happen';
  return `${clientName} ${what}, after ${took}, because ${reason}`;
}

const TAKEN: readonly PathStep['kind'][] = ['propose', 'lease', 'ReadIndex', 'coordinate'];

function coordinatedText({ startUs, endUs = startUs }: PathStep, invokedUs: Micros, untilUs: Micros): string {
  const until = [
    `${milliseconds(startUs - invokedUs)} until a coordinator had it`,
    `${milliseconds(endUs - startUs)} until as many had answered as it waits for`,
    `${milliseconds(untilUs - endUs)} until the answer was there`,
  ];
  return `: ${until.join(', ')}`;
}

/** Of an operation that came through: the stretches of its way. */
function partsOf({ steps, invokedUs, quorum }: OperationPath, untilUs: number): string {
  const taken = steps.findLast(({ kind, phase }) => TAKEN.includes(kind) && phase === 'operation');
  if (taken === undefined) return '';
  if (taken.kind === 'coordinate') return coordinatedText(taken, invokedUs, untilUs);
  const committedUs = quorum?.committedUs;
  const stretches = [
    [taken.startUs - invokedUs, 'until a leader took it'],
    ...(committedUs === undefined ? [] : [[committedUs - taken.startUs, 'until a quorum had it on disk'] as const]),
    [untilUs - (committedUs ?? taken.startUs), 'until the answer was there'],
  ] as const;
  return `: ${stretches.map(([us, what]) => `${milliseconds(us)} ${what}`).join(', ')}`;
}
