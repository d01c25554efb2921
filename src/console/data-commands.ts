import type { NodeId } from '../core/base/ids.ts';
import type { Operation, Outcome } from '../core/client/operation.ts';
import type { ClientName } from '../core/cluster/action.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { STANDING_WORDS } from '../core/cluster/standing-words.ts';
import { SCAN_LIMIT_MAX } from '../core/node/config.ts';
import type { ReadGround } from '../core/node/message.ts';
import { awaitCompletion } from './await-completion.ts';
import type { Cluster } from './cluster.ts';
import { type BoundCommand, type Command, type CommandContext, defineCommand, optional, required } from './command.ts';
import { fetched } from './fetched.ts';
import { replyTo } from './reply.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { showDuration } from './show.ts';
import { CLIENT, durationBetween, integerBetween, KEY, NODE, oneOf, SCAN_BOUND } from './value-types.ts';
import { BATCH_WRITES, CAS, casOf, DELETE, PUT, putOf, TTL_OPTION } from './write-grammar.ts';

const SCAN_LIMIT_DEFAULT = 10;

const REQUEST_OPTIONS = { timeout: durationBetween(1000, 600_000_000), via: NODE, as: CLIENT };
const WRITE_OPTIONS = { ...TTL_OPTION, ...REQUEST_OPTIONS };
const READ_GROUND = oneOf(['lease', 'index']);
const READ_OPTIONS = { r: READ_GROUND, ...REQUEST_OPTIONS };

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
  options: REQUEST_OPTIONS,
  // Fetched when it is first given.
  run: async (context, { block }, options) => {
    const { batchOf, replyToBatch } = await fetched(import('./run-batch.ts'));
    const batch = batchOf(block as readonly BoundCommand[]);
    return 'ok' in batch ? batch : operate(context, batch, options as unknown as RequestOptions, replyToBatch);
  },
};

export const DATA_COMMANDS: readonly Command[] = [
  defineCommand({
    ...PUT,
    notes: [
      'With ttl= the value expires that long after the stamp of its log entry, in the log time of its shard: the clock of its leader. A PUT without ttl= keeps it for good.',
    ],
    options: WRITE_OPTIONS,
    run: (context, args, { ttl, ...options }) => operate(context, putOf(args, ttl), options),
  }),
  defineCommand({
    verb: 'GET',
    summary: 'Reads the value of a key; (nil) if there is none, or if it has expired.',
    example: 'GET user:42',
    notes: [
      'r=lease: the leader answers by its lease, without asking anybody; while it has none, by ReadIndex. r=index: it asks a quorum first.',
      'Neither reads stale. A lease trusts that clocks run within 5 % of true time; ReadIndex trusts no clock and takes a round trip.',
    ],
    positionals: { key: required(KEY) },
    options: READ_OPTIONS,
    run: (context, { key }, { r, ...options }) =>
      operate(context, { type: 'Get', key, ...readOf(context, r) }, options),
  }),
  defineCommand({
    ...DELETE,
    options: REQUEST_OPTIONS,
    run: (context, { key }, options) => operate(context, { type: 'Delete', key }, options),
  }),
  defineCommand({
    ...CAS,
    options: WRITE_OPTIONS,
    run: (context, args, { ttl, ...options }) => operate(context, casOf(args, ttl), options),
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
      ...READ_OPTIONS,
    },
    run: (context, { from, to }, { limit = SCAN_LIMIT_DEFAULT, reverse, r, ...options }) => {
      const backwards = reverse === 'on' ? { reverse: true } : {};
      return operate(context, { type: 'Scan', from, to, limit, ...backwards, ...readOf(context, r) }, options);
    },
  }),
];

/** Not about one operation: EXPLAIN does not take it. */
export const CONSISTENCY = defineCommand({
  verb: 'CONSISTENCY',
  summary: 'Sets how this console reads where r= is not given; alone it says how.',
  example: 'CONSISTENCY r=index',
  positionals: {},
  options: { r: READ_GROUND },
  run: async ({ session }, _, { r }) => {
    session.read = r ?? session.read;
    const { read = 'lease' } = session;
    return succeed(`Reads with r=${read}: ${READ_WORDS[read]}`, read);
  },
});

const READ_WORDS: Readonly<Record<ReadGround, string>> = {
  lease: 'by the lease of the leader, or ReadIndex while it has none',
  index: 'by ReadIndex, a round trip to a quorum each time',
};

const readOf = ({ session }: CommandContext, asked: ReadGround | undefined): { readonly read?: ReadGround } => {
  const read = asked ?? session.read;
  return read === undefined ? {} : { read };
};

async function operate<T extends Operation>(
  context: CommandContext,
  operation: T,
  options: RequestOptions,
  reply: (operation: T, outcome: Outcome, note: string) => CommandResult = replyTo,
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
  return why ?? reply(operation, outcome, note);
}

/** A node that has no copy of anything leads nothing, and why is more than that another node does. Undefined: it has some. */
async function whyHostsNothing(cluster: Cluster, via: NodeId): Promise<CommandResult | undefined> {
  const node = (await cluster.snapshot()).nodes.find(({ id }) => id === nodeName(via));
  if (node === undefined || node.membership === 'normal') return undefined;
  const text = `${node.id} is ${STANDING_WORDS[node.membership]}. Nothing was done. Leave via= out: the client finds the leader by itself.`;
  return refuse('NotLeader', text);
}
