import type { Micros } from '../core/base/ids.ts';
import type { EventualLevel, EventualOperation, Operation, Outcome, ReadLevel } from '../core/client/operation.ts';
import { answersText, hintsOf } from '../core/cluster/answers-text.ts';
import { eventualPromise, eventualUnknownText, refusalText, stampText } from '../core/cluster/eventual-words.ts';
import { replicationFactorOf } from '../core/cluster/placement.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { EventualAsk, EventualVersion } from '../core/node/eventual/eventual-message.ts';
import type { CommandContext } from './command.ts';
import { replyTo } from './reply.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { EVENTUAL_DEFAULT, type EventualSettings, type Quorum, type Session } from './session.ts';
import { bytesToText, plural, showBytes, showDuration } from './show.ts';

type Ok = Extract<Outcome, { readonly status: 'ok' }>;

export interface EventualAsked {
  readonly key: Uint8Array;
  /** Of a PUT. */
  readonly value?: Uint8Array;
  readonly ttl?: Micros | undefined;
  readonly r?: ReadLevel | undefined;
  readonly w?: EventualLevel | undefined;
  readonly quorum?: Quorum | undefined;
  readonly context?: string | undefined;
}

/** The operation of the eventual keyspace that was written, or why it is none. */
export function eventualOf(
  type: 'PUT' | 'GET' | 'DELETE',
  session: Session,
  asked: EventualAsked,
): EventualOperation | CommandResult {
  const set = session.eventual ?? EVENTUAL_DEFAULT;
  const { key, value, ttl, r = set.r, w = set.w, quorum = set.quorum, context } = asked;
  const sloppy = quorum === 'sloppy';
  if (type === 'GET')
    return isEventualLevel(r) ? { type: 'EventualRead', key, r, sloppy } : refuse('BadOption', noLeader(r));
  const expiry = ttl === undefined ? {} : { ttlUs: ttl };
  const read = context === undefined ? {} : { context };
  return { type: 'EventualWrite', key, value, ...expiry, w, sloppy, ...read };
}

const isEventualLevel = (level: ReadLevel): level is EventualLevel => typeof level === 'number';

const noLeader = (level: ReadLevel): string =>
  `r=${level} needs a leader or its log, which the eventual keyspace has not. It takes r=1, r=2 and r=3; USE strong, then GET r=${level}.`;

/** CONSISTENCY in the eventual keyspace. `value`: how this console reads and writes there from here on. */
export async function setEventual(
  { cluster, session }: Pick<CommandContext, 'cluster' | 'session'>,
  {
    r,
    w,
    quorum,
  }: { readonly r: ReadLevel | undefined; readonly w: EventualLevel | undefined; readonly quorum: Quorum | undefined },
): Promise<CommandResult> {
  if (r !== undefined && !isEventualLevel(r)) return refuse('BadOption', noLeader(r));
  const set = session.eventual ?? EVENTUAL_DEFAULT;
  const chosen: EventualSettings = { r: r ?? set.r, w: w ?? set.w, quorum: quorum ?? set.quorum };
  session.eventual = chosen;
  session.onEventual?.(chosen);
  const lines = [
    ...eventualLines(chosen, replicationFactorOf((await cluster.run()).config)),
    'Dynamo’s usual setting is r=2 w=2 of 3; r=1 w=1 answers as long as one node does.',
  ];
  return succeed(lines.join('\n'), chosen);
}

/** How a console reads and writes there, and what that promises of keys with so many replicas. */
export function eventualLines(chosen: EventualSettings, replicas: number): readonly string[] {
  return [
    `eventual keyspace, quorum=${chosen.quorum}. ${eventualPromise({ ...chosen, replicas, sloppy: chosen.quorum === 'sloppy' })}`,
    chosen.quorum === 'sloppy'
      ? 'sloppy: while replicas of a key are out of reach, the next nodes of the ring keep hints for them, and count.'
      : 'strict: only the replicas of the key count.',
  ];
}

/** Values: GET the text or null, of siblings all of them, latest first; PUT and DELETE none. */
export function replyToEventual(operation: Operation, outcome: Outcome, note: string): CommandResult {
  if (operation.type !== 'EventualRead' && operation.type !== 'EventualWrite') return replyTo(operation, outcome, note);
  if (outcome.status === 'unknown') {
    const needed = operation.type === 'EventualWrite' ? operation.w : 1;
    const text = `(outcome unknown) after ${showDuration(outcome.elapsedUs)}: ${eventualUnknownText(outcome, needed)}. GET it, or write again${note}`;
    return refuse(outcome.code, text);
  }
  if (outcome.status === 'fail') {
    const why = refusalText(operation, outcome);
    if (why === undefined) return replyTo(operation, outcome, note);
    const nothing = operation.type === 'EventualWrite' ? ' Nothing was written.' : '';
    return refuse(outcome.code, `${why}${nothing} (${showDuration(outcome.elapsedUs)})${note}`);
  }
  const { result } = outcome;
  if (result.type === 'EventualWritten' && operation.type === 'EventualWrite')
    return succeed(`OK  ${writtenText(outcome, operation.w, result.versions)}${note}`);
  if (result.type === 'EventualFound') return foundReply(outcome, result, note);
  return replyTo(operation, outcome, note);
}

/** `1/1 acks from n1 · 22 ms · 2 hints`. */
function writtenText(outcome: Ok, w: number, versions: number): string {
  const { answers = [] } = outcome.replicas ?? {};
  const hints = hintsOf(answers).length;
  return [
    `${answers.length}/${w} acks from ${answersText(answers)}`,
    showDuration(outcome.elapsedUs),
    ...(hints === 0 ? [] : [plural(hints, 'hint')]),
    ...(versions > 1 ? [`the key has ${versions} siblings now: GET shows them`] : []),
    ...viaText(outcome),
  ].join(' · ');
}

function viaText({ node, replicas, attempts }: Ok): readonly string[] {
  const isReplica = replicas?.homes.includes(node) ?? true;
  const by = isReplica ? [] : [`through ${nodeName(node)}, which holds no replica`];
  return attempts > 1 ? [...by, plural(attempts, 'attempt')] : by;
}

function foundReply(
  outcome: Ok,
  { versions, repaired, token }: Extract<Ok['result'], { readonly type: 'EventualFound' }>,
  note: string,
): CommandResult {
  const ground = readText(outcome);
  const repairs =
    repaired.length === 0 ? '' : ` · ${repaired.map(nodeName).join(' and ')} had less and is sent the rest`;
  const [latest] = versions;
  if (versions.length <= 1) {
    const shown = latest?.value === undefined ? '(nil)' : showBytes(latest.value);
    const stamp =
      latest === undefined ? '' : ` · ${latest.value === undefined ? 'deleted' : 'written'} ${stampText(latest.stamp)}`;
    const text = `${shown}  ${expiryText(latest)}${ground}${stamp}${repairs}${note}`;
    return succeed(text, latest?.value === undefined ? null : bytesToText(latest.value));
  }
  const lines = versions.map(
    (version, i) => `  ${i + 1}  ${shownVersion(version)}  ${expiryText(version)}${stampText(version.stamp)}`,
  );
  const merge = `A PUT of the key replaces them: this console sends along what it has read. Elsewhere: context=${token}`;
  const head = `${plural(versions.length, 'sibling')}  ${ground}${repairs}${note}`;
  const values = versions.map(({ value }) => (value === undefined ? null : bytesToText(value)));
  return succeed([head, ...lines, merge].join('\n'), values);
}

const shownVersion = ({ value }: EventualVersion): string => (value === undefined ? '(deleted)' : showBytes(value));

const expiryText = (version: EventualVersion | undefined): string =>
  version?.expiresInUs === undefined ? '' : `expires in ${showDuration(version.expiresInUs)} · `;

/** `from n1, alone · may be old`. */
function readText(outcome: Ok): string {
  const { answers = [], homes = [] } = outcome.replicas ?? {};
  const alone = answers.length === 1 ? ', alone' : '';
  return [
    `from ${answersText(answers)}${alone}`,
    ageText(answers, homes.length),
    showDuration(outcome.elapsedUs),
    ...viaText(outcome),
  ].join(' · ');
}

/** What these answers cannot have missed. A fallback's answer shares nothing with a write that the homes alone have. */
function ageText(answers: readonly EventualAsk[], homes: number): string {
  const isHomes = hintsOf(answers).length === 0;
  if (isHomes && answers.length >= homes) return 'all its replicas';
  if (!isHomes || answers.length === 1) return 'may be old';
  const leastW = homes - answers.length + 1;
  return `sees what was written with w=${leastW}${leastW < 3 ? ' or more' : ''}, quorum=strict`;
}
