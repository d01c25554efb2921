import type { NodeId } from '../core/base/ids.ts';
import { type Operation, type Outcome, READ_LEVELS, WRITE_LEVELS, type WriteLevel } from '../core/client/operation.ts';
import type { ClientName } from '../core/cluster/action.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { STANDING_WORDS } from '../core/cluster/standing-words.ts';
import { SCAN_LIMIT_MAX } from '../core/node/config.ts';
import type { LeaderGround } from '../core/node/message.ts';
import { awaitCompletion } from './await-completion.ts';
import type { Cluster } from './cluster.ts';
import {
  type BoundCommand,
  type Command,
  type CommandContext,
  defineCommand,
  optional,
  required,
  type ValueType,
} from './command.ts';
import { fetched } from './fetched.ts';
import { type CommandResult, failed, refuse } from './result.ts';
import type { EventualAsked } from './run-eventual.ts';
import { scanGround } from './scan-ground.ts';
import { QUORUMS } from './session.ts';
import { showDuration } from './show.ts';
import { CLIENT, CONTEXT, durationBetween, integerBetween, KEY, NODE, oneOf, SCAN_BOUND } from './value-types.ts';
import { BATCH_WRITES, CAS, casOf, DELETE, PUT, putOf, TTL_OPTION } from './write-grammar.ts';

const SCAN_LIMIT_DEFAULT = 10;

const REQUEST_OPTIONS = { timeout: durationBetween(1000, 600_000_000), via: NODE, as: CLIENT };
const READ_LEVEL = oneOf(READ_LEVELS, 'After USE eventual: 1, 2 or 3.');
const WRITE_LEVEL = oneOf(WRITE_LEVELS);
/** What a condition comes to is known when it is applied: there is no answer before that. */
const CAS_LEVEL = fewer(
  WRITE_LEVEL,
  oneOf<2 | 3>([2, 3]),
  'CAS is answered when it is applied',
  'w=1 is for PUT, DELETE and BATCH.',
);
const SCAN_GROUND = fewer(
  READ_LEVEL,
  oneOf<LeaderGround>(['lease', 'index']),
  "SCAN is answered by each shard's leader",
  'It takes r=lease and r=index; GET takes all.',
);

/** What it takes of what another type takes, and why no more. */
function fewer<T>(all: ValueType<unknown>, some: ValueType<T>, why: string, remedy: string): ValueType<T> {
  return {
    ...some,
    parse(word, topology) {
      const taken = some.parse(word, topology);
      return taken.ok || !all.parse(word, topology).ok ? taken : failed('BadOption', why, remedy, word.at);
    },
  };
}

const QUORUM = oneOf(QUORUMS);
const EVENTUAL_WRITE_OPTIONS = { quorum: QUORUM, context: CONTEXT };
const EVENTUAL_NOTE =
  'After USE eventual: r= and w= are 1, 2 or 3 replicas that are waited for; quorum=sloppy lets others stand in for those out of reach, strict does not.';

interface RequestOptions {
  readonly timeout: number | undefined;
  readonly via: NodeId | undefined;
  readonly as: ClientName | undefined;
}

const BATCH: Command = {
  verb: 'BATCH',
  summary: 'Writes several keys of one shard as one log entry: all of them, or none.',
  usage: 'BATCH { write; write … }',
  example: 'BATCH { PUT cart{u1} 3; DELETE order{u1}; CAS stock{u1} 4 3 }',
  notes: [
    'A ; or a new line separates the writes. Each CAS sees what was there before; if one does not match, nothing is written.',
    'The keys must share a shard: of one with a {tag}, only the tag is hashed.',
  ],
  block: BATCH_WRITES,
  positionals: {},
  options: { w: WRITE_LEVEL, ...REQUEST_OPTIONS },
  // Fetched when it is first given.
  run: async (context, { block }, { w, ...options }) => {
    if (isEventual(context)) return strongOnly('BATCH', 'each key is written for itself');
    const { batchOf, replyToBatch } = await fetched(import('./run-batch.ts'));
    const batch = batchOf(block as readonly BoundCommand[], w as WriteLevel | undefined, context.session.write);
    return 'ok' in batch ? batch : operate(context, batch, options as unknown as RequestOptions, replyToBatch);
  },
};

export const DATA_COMMANDS: readonly Command[] = [
  defineCommand({
    ...PUT,
    notes: [
      'With ttl= the value expires that long after the stamp of its log entry, in the log time of its shard: the clock of its leader. A PUT without ttl= keeps it for good.',
      'w=1: the leader has it on its own disk, and it may be lost. w=2: a majority has it, which is never lost. w=3: every replica has applied it.',
      EVENTUAL_NOTE,
      'There context= names what the write replaces, as GET prints it; context=none: nothing. Without it that is what this client has read of the key.',
    ],
    options: { ...TTL_OPTION, w: WRITE_LEVEL, ...EVENTUAL_WRITE_OPTIONS, ...REQUEST_OPTIONS },
    run: (context, args, { w, ttl, quorum, context: read, ...options }) => {
      if (isEventual(context)) return eventual('PUT', context, { ...args, ttl, w, quorum, context: read }, options);
      const misplaced = eventualOnly({ quorum, context: read });
      return misplaced ?? operate(context, { ...putOf(args, ttl), ...writeOf(context, w) }, options);
    },
  }),
  defineCommand({
    verb: 'GET',
    summary: 'Reads the value of a key; (nil) if there is none, or if it has expired.',
    example: 'GET user:42',
    notes: [
      'r=lease: the leader answers by its lease, without asking anybody; while it has none, by ReadIndex. r=index: it asks a quorum first.',
      'Neither reads stale. A lease trusts that clocks run within 5 % of true time; ReadIndex trusts no clock and takes a round trip.',
      'r=2 asks a majority, r=3 every replica, and neither needs a leader. r=1: any replica, which may be stale; r=session: any that has what you have seen.',
      EVENTUAL_NOTE,
    ],
    positionals: { key: required(KEY) },
    options: { r: READ_LEVEL, quorum: QUORUM, ...REQUEST_OPTIONS },
    run: async (context, { key }, { r, quorum, ...options }) => {
      if (isEventual(context)) return eventual('GET', context, { key, r, quorum }, options);
      const misplaced = eventualOnly({ quorum });
      if (misplaced !== undefined) return misplaced;
      const read = r ?? context.session.read;
      if (options.via !== undefined && (read === 2 || read === 3))
        return refuse('BadOption', `via= asks one node, and r=${read} several. Leave via= out, or read with r=1.`);
      return operate(context, { type: 'Get', key, ...(read === undefined ? {} : { read }) }, options);
    },
  }),
  defineCommand({
    ...DELETE,
    options: { w: WRITE_LEVEL, ...EVENTUAL_WRITE_OPTIONS, ...REQUEST_OPTIONS },
    run: (context, { key }, { w, quorum, context: read, ...options }) => {
      if (isEventual(context)) return eventual('DELETE', context, { key, w, quorum, context: read }, options);
      const misplaced = eventualOnly({ quorum, context: read });
      return misplaced ?? operate(context, { type: 'Delete', key, ...writeOf(context, w) }, options);
    },
  }),
  defineCommand({
    ...CAS,
    options: { ...TTL_OPTION, w: CAS_LEVEL, ...REQUEST_OPTIONS },
    run: (context, args, { w, ttl, ...options }) => {
      if (isEventual(context)) return strongOnly('CAS', 'two writers may both find the old value');
      const { session } = context;
      const write = w ?? (session.write === 3 ? 3 : undefined);
      return operate(context, { ...casOf(args, ttl), ...(write === undefined ? {} : { write }) }, options);
    },
  }),
  BATCH,
  defineCommand({
    verb: 'SCAN',
    summary: 'Lists keys and values in the order of the keys, over all shards.',
    example: 'SCAN user: limit=20',
    notes: [
      'Keys are in the order of their bytes. `from` is included, `to` itself is not; without `to` the range has no end.',
      'reverse=on lists the same range from its end: the last keys, last first. At most limit= keys come at once; “… more” says that there are others.',
      'Each shard answers as it is at one moment, on the ground of r=, see HELP GET; the moments of different shards differ.',
    ],
    positionals: { from: required(SCAN_BOUND), to: optional(KEY) },
    options: {
      limit: integerBetween(1, SCAN_LIMIT_MAX, 'BadOption'),
      reverse: oneOf(['on', 'off']),
      r: SCAN_GROUND,
      ...REQUEST_OPTIONS,
    },
    run: (context, { from, to }, { limit = SCAN_LIMIT_DEFAULT, reverse, r, ...options }) => {
      if (isEventual(context)) return strongOnly('SCAN', 'nobody has all keys in one state');
      const backwards = reverse === 'on' ? { reverse: true } : {};
      return operate(context, { type: 'Scan', from, to, limit, ...backwards, ...groundOf(context, r) }, options);
    },
  }),
];

/** Not about one operation: EXPLAIN does not take it. */
export const CONSISTENCY = defineCommand({
  verb: 'CONSISTENCY',
  summary: 'Sets how this console reads and writes where r= and w= are not given; alone it says how.',
  example: 'CONSISTENCY r=1 w=2',
  notes: ['HELP GET and HELP PUT tell the settings apart; each says what it promises, and its price in round trips.'],
  positionals: {},
  options: { r: READ_LEVEL, w: WRITE_LEVEL, quorum: QUORUM },
  run: async (context, _, asked) => {
    if (isEventual(context)) return (await fetched(import('./run-eventual.ts'))).setEventual(context, asked);
    const { setConsistency } = await fetched(import('./set-consistency.ts'));
    return eventualOnly(asked) ?? setConsistency(context.session, asked);
  },
});

const isEventual = ({ session }: CommandContext): boolean => session.keyspace === 'eventual';

/** An operation of the eventual keyspace, whose words are fetched with the first of them. */
async function eventual(
  type: 'PUT' | 'GET' | 'DELETE',
  context: CommandContext,
  asked: EventualAsked,
  options: RequestOptions,
): Promise<CommandResult> {
  const { eventualOf, replyToEventual } = await fetched(import('./run-eventual.ts'));
  const operation = eventualOf(type, context.session, asked);
  return 'ok' in operation ? operation : operate(context, operation, options, replyToEventual);
}

const strongOnly = async (verb: string, why: string): Promise<CommandResult> =>
  refuse('StrongOnly', `The eventual keyspace has no ${verb}: ${why}. USE strong, then ${verb}; or PUT and GET here.`);

/** Undefined: nothing of it was given. */
function eventualOnly({
  quorum,
  context,
}: Pick<EventualAsked, 'quorum' | 'context'>): Promise<CommandResult> | undefined {
  const name = quorum !== undefined ? 'quorum=' : context !== undefined ? 'context=' : undefined;
  if (name === undefined) return undefined;
  const text = `${name} is of the eventual keyspace: here a majority of voters decides, and nothing is merged. USE eventual goes there; or leave it out.`;
  return Promise.resolve(refuse('EventualOnly', text));
}

const writeOf = ({ session }: CommandContext, asked: WriteLevel | undefined): { readonly write?: WriteLevel } => {
  const write = asked ?? session.write;
  return write === undefined ? {} : { write };
};

function groundOf({ session }: CommandContext, asked: LeaderGround | undefined): { readonly read?: LeaderGround } {
  const read = asked ?? (session.read === undefined ? undefined : scanGround(session.read));
  return read === undefined ? {} : { read };
}

async function operate<T extends Operation>(
  context: CommandContext,
  operation: T,
  options: RequestOptions,
  reply?: (operation: T, outcome: Outcome, note: string) => CommandResult,
): Promise<CommandResult> {
  const { cluster, session, runId, follow = false, isWaitedFor = false } = context;
  const wasPaused = cluster.transport().mode === 'paused';
  const timeoutUs = options.timeout ?? session.timeoutUs;
  const client = options.as ?? session.client;
  const act = () =>
    cluster.act({ type: 'Operate', client, operation, options: { timeoutUs, via: options.via } }, { follow });
  const result = await (isWaitedFor ? awaitCompletion(cluster, act) : act());
  if (result.type === 'StillUnderWay')
    return refuse('StillUnderWay', `Still under way: time stands, ${result.note}. PLAY lets it end.`);
  if (result.type === 'Refused') return refuse(result.code, result.text);
  if (result.type !== 'Completed') return refuse('Internal', 'The operation took effect but gave no outcome.');
  session.lastOperation = { runId, operation: result.operation };
  const note = wasPaused ? ` · time ran ${showDuration(result.outcome.elapsedUs)} for this and is paused again` : '';
  const { outcome } = result;
  const wasRefused = outcome.status === 'fail' && outcome.code === 'NotLeader';
  const why = wasRefused && options.via !== undefined ? await whyHostsNothing(cluster, options.via) : undefined;
  if (why !== undefined) return why;
  return (reply ?? (await fetched(import('./reply.ts'))).replyTo)(operation, outcome, note);
}

/** A node that has no copy of anything leads nothing, and why is more than that another node does. Undefined: it has some. */
async function whyHostsNothing(cluster: Cluster, via: NodeId): Promise<CommandResult | undefined> {
  const node = (await cluster.snapshot()).nodes.find(({ id }) => id === nodeName(via));
  if (node === undefined || node.membership === 'normal') return undefined;
  const text = `${node.id} is ${STANDING_WORDS[node.membership]}. Nothing was done. Leave via= out: the client finds the leader by itself.`;
  return refuse('NotLeader', text);
}
