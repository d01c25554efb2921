import type { ShardId } from '../core/base/ids.ts';
import { PROFILES } from '../core/cluster/presets.ts';
import { type NodeSnapshot, nodeName, nodeNamed, shardName } from '../core/cluster/snapshot.ts';
import type { Evidence, Sentence } from '../core/cluster/why/circumstances.ts';
import { whyDown } from '../core/cluster/why/why-down.ts';
import { whyKey } from '../core/cluster/why/why-eventual.ts';
import { whyLeader } from '../core/cluster/why/why-leader.ts';
import { whyOperation } from '../core/cluster/why/why-operation.ts';
import { whyShard } from '../core/cluster/why/why-shard.ts';
import type { CommandContext } from './command.ts';
import { type CommandError, type CommandResult, type MomentMention, refuse, succeed } from './result.ts';
import { showTime } from './show.ts';
import type { Literal } from './tokenizer.ts';
import { integerBetween, KEY, NODE, SHARD } from './value-types.ts';

export type WhyAbout = 'leader' | 'down' | 'operation' | 'key' | { readonly shard: ShardId };

/** WHY. `value`: `[{ atMs, text }]`. */
export async function tellWhy(
  context: CommandContext,
  about: WhyAbout | undefined,
  name: Literal | undefined,
): Promise<CommandResult> {
  const { session, topology } = context;
  if (session.trace === undefined) return refuse('NotAvailable', 'Nothing is kept here of what happened.');
  if (typeof about === 'object') {
    const evidence = await evidenceOf(context, about.shard);
    return told(whyShard(about.shard, evidence), `a check or a damaged replica of ${shardName(about.shard)}`);
  }
  switch (about) {
    case undefined: {
      const last = session.lastOperation;
      return last?.runId === context.runId ? operation(context, last.operation) : refuse('NothingToDo', NO_OPERATION);
    }
    case 'leader': {
      if (name === undefined) return missing('leader', 'a shard', 'WHY leader s3');
      const shard = SHARD.parse(name, topology);
      if (!shard.ok) return wrong(shard.error);
      const evidence = await evidenceOf(context, shard.value);
      return told(whyLeader(shard.value, evidence), `the leader of ${shardName(shard.value)}`);
    }
    case 'down': {
      if (name === undefined) return missing('down', 'a node', 'WHY down n2');
      const node = NODE.parse(name, topology);
      if (!node.ok) return wrong(node.error);
      const { nodes, timeMs } = await context.cluster.snapshot();
      const result = told(whyDown(node.value, session.trace().events, timeMs * 1000), nodeName(node.value));
      const state = stateText(nodes.find(({ id }) => id === nodeName(node.value)));
      return state !== '' && result.ok ? { ...result, ...withFirstLine(result, state) } : result;
    }
    case 'key': {
      if (name === undefined) return missing('key', 'a key of the eventual keyspace', 'WHY key user:42');
      const key = KEY.parse(name, topology);
      if (!key.ok) return wrong(key.error);
      const { timeMs } = await context.cluster.snapshot();
      const { events } = session.trace();
      return told(whyKey(key.value, { events, nowUs: timeMs * 1000 }), `${name.text} in the eventual keyspace`);
    }
    case 'operation': {
      if (name === undefined) return missing('operation', 'its number', 'WHY operation 17');
      const number = integerBetween(1, 999_999_999, 'BadArgument').parse(name, topology);
      return number.ok ? operation(context, number.value) : wrong(number.error);
    }
  }
}

/** That it is not down; empty: it is. */
function stateText(node: NodeSnapshot | undefined): string {
  if (node === undefined || node.state === 'down') return '';
  if (node.state === 'frozen') return `${node.id} is frozen, not down: THAW ${node.id} has it go on.`;
  return `${node.id} is ${node.recovering ? 'starting' : 'up'}.`;
}

const NOTHING_KEPT = { events: [], reachUs: 0 };

const NO_OPERATION =
  'This console has carried out no operation in this run. PUT user:42 ada is one; WHY leader s0 tells of a shard, WHY down n1 of a node.';

async function operation(context: CommandContext, id: number): Promise<CommandResult> {
  const path = await context.cluster.operationPath(id);
  if (path === undefined) return refuse('NothingToDo', `Operation ${id} is none of the last 50 of this run.`);
  return told(whyOperation(path, await evidenceOf(context, path.shard)), `operation ${id}`);
}

async function evidenceOf(
  { cluster, session }: CommandContext,
  shard: Parameters<typeof whyLeader>[0],
): Promise<Evidence> {
  const { config } = await cluster.run();
  const { timeMs, shards } = await cluster.snapshot();
  const members = shards.find(({ id }) => id === shardName(shard));
  const ids = (names: readonly string[] = []) => names.map(nodeNamed);
  const configuration = {
    voters: ids(members?.voters),
    votersOutgoing: ids(members?.votersOutgoing),
    learners: ids(members?.learners),
  };
  const { events, reachUs } = session.trace?.() ?? NOTHING_KEPT;
  return {
    events,
    reachUs,
    // Whoever has a copy votes, wherever the ring wants copies.
    replicas: ids(members?.replicas),
    configuration,
    usual: PROFILES[config.profile],
    nowUs: Math.round(timeMs * 1000),
  };
}

/** A line a sentence, its time first. */
function told(sentences: readonly Sentence[], what: string): CommandResult {
  if (sentences.length === 0)
    return refuse(
      'NothingToDo',
      `Of ${what} nothing is told in what the page still keeps of the run. STATUS shows what is.`,
    );
  const lines: string[] = [];
  const moments: MomentMention[] = [];
  let at = 0;
  for (const { timeUs, text } of sentences) {
    const time = showTime(timeUs);
    moments.push({ at, length: time.length, timeUs });
    const line = `${time}  ${text}`;
    lines.push(line);
    at += line.length + 1;
  }
  const value = sentences.map(({ timeUs, text }) => ({ atMs: timeUs / 1000, text }));
  return { ...succeed(lines.join('\n'), value), moments };
}

/** Puts a line before all others; the moments move with them. */
function withFirstLine(
  { text, moments = [] }: CommandResult,
  line: string,
): Pick<CommandResult, 'text' | 'lines' | 'moments'> {
  const all = `${line}\n${text}`;
  const by = line.length + 1;
  return { text: all, lines: all.split('\n'), moments: moments.map((each) => ({ ...each, at: each.at + by })) };
}

const missing = (about: string, what: string, example: string): CommandResult =>
  refuse('MissingArgument', `WHY ${about} needs ${what}. Write ${example}.`);

const wrong = ({ code, problem, remedy }: CommandError): CommandResult => refuse(code, `${problem}. ${remedy}`);
