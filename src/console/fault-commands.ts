import type { NodeId } from '../core/base/ids.ts';
import type { Action, ActorName, ConfigName, LinkSettings } from '../core/cluster/action.ts';
import { bridgesOf } from '../core/cluster/partition-groups.ts';
import { type ClusterSnapshot, type NodeSnapshot, nodeName } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';
import { type Command, defineCommand, optional, required, rest } from './command.ts';
import { DISK } from './disk-command.ts';
import {
  ACTOR,
  ACTOR_OR_LINK,
  type ActorOrLink,
  GROUPS,
  isNodeName,
  LINK,
  LINK_OR_ALL,
  type LinkEnds,
} from './link-types.ts';
import { NODE_FAULT_COMMANDS } from './node-fault-commands.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showTime } from './show.ts';
import { showSetting } from './show-setting.ts';
import { CHANCE, durationBetween, NODE } from './value-types.ts';

const LINK_DURATION = durationBetween(0, 60_000_000);

/** LINK's options, which setting of a link each is, and the cluster-wide setting of the same meaning. */
export const LINK_OPTIONS = { delay: LINK_DURATION, jitter: LINK_DURATION, drop: CHANCE, dup: CHANCE, reorder: CHANCE };
const LINK_SETTINGS = {
  delay: 'delayUs',
  jitter: 'jitterUs',
  drop: 'drop',
  dup: 'duplicate',
  reorder: 'reorder',
} as const;
type LinkOption = keyof typeof LINK_SETTINGS;

export const FAULT_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'KILL',
    summary: 'Ends a node at once, as pulling its plug does: its memory is gone, its disk keeps what was written.',
    example: 'KILL n2',
    positionals: { node: required(NODE) },
    options: {},
    run: ({ cluster }, { node }) => kill(cluster, node),
  }),
  defineCommand({
    verb: 'REVIVE',
    summary: 'Starts a dead node again; it recovers from its disk and catches up.',
    example: 'REVIVE n2',
    positionals: { node: required(NODE) },
    options: {},
    run: ({ cluster }, { node }) => revive(cluster, node),
  }),
  defineCommand({
    verb: 'PARTITION',
    summary: 'Splits the network into groups that cannot reach each other.',
    usage: 'PARTITION n1 n2 | n3 a',
    example: 'PARTITION n1 | n2 n3',
    notes: [
      'Between the names of a group stands a space or a comma: PARTITION n1,n2 | n3.',
      'Nodes that are not named form a group of their own; clients that are not named reach everyone.',
      'A node in two groups is a bridge: PARTITION n1 n2 | n2 n3 leaves n1 and n3 only n2 in common.',
    ],
    positionals: { groups: rest(GROUPS) },
    options: {},
    run: ({ cluster }, { groups }) => {
      const shown = groups.map((group) => group.join(' ')).join(' | ');
      const bridges = bridgesOf(groups);
      const reach = bridges.length === 1 ? 'is the bridge' : 'are bridges';
      const bridged = bridges.length === 0 ? '' : `; ${bridges.join(' ')} ${reach} between them`;
      return apply(cluster, { type: 'Partition', groups }, `Network split: ${shown}${bridged}. HEAL joins it again`);
    },
  }),
  defineCommand({
    verb: 'CUT',
    summary: 'Cuts one link; messages on it are lost.',
    usage: 'CUT n1>n2 | n1-n2',
    example: 'CUT n1>n2',
    notes: ['n1>n2 cuts one way only; n1-n2 and n1<>n2 cut both.'],
    positionals: { link: required(LINK) },
    options: {},
    run: ({ cluster }, { link }) =>
      apply(
        cluster,
        { type: 'Cut', ...link },
        `${showLink(link)} is cut${link.bothWays ? '' : ', one way'}${clientNote(link)}`,
      ),
  }),
  defineCommand({
    verb: 'ISOLATE',
    summary: 'Cuts one node or client off from all other nodes.',
    example: 'ISOLATE n1',
    notes: [
      'Clients still reach an isolated node: CUT n1-client, or PARTITION n1 | client, takes that from it as well.',
    ],
    positionals: { actor: required(ACTOR) },
    options: {},
    run: ({ cluster }, { actor }) =>
      apply(cluster, { type: 'Isolate', actor }, `${isolatedText(actor)}. HEAL ${actor} joins it again`),
  }),
  defineCommand({
    verb: 'HEAL',
    summary: 'Takes back cuts and link settings: all of them, those of one node or client, or those of one link.',
    usage: 'HEAL [n1 | n1>n2 | n1-n2]',
    example: 'HEAL n1',
    notes: ['n1>n2 heals one way only; n1-n2 and n1<>n2 heal both.'],
    positionals: { what: optional(ACTOR_OR_LINK) },
    options: {},
    run: ({ cluster }, { what }) => heal(cluster, what),
  }),
  defineCommand({
    verb: 'LINK',
    summary: 'Makes a link slow or unreliable.',
    usage: 'LINK n1>n2 | n1-n2 | *',
    example: 'LINK n1>n2 delay=80ms drop=10%',
    notes: ['Only what is given changes. LINK * sets it for every link, as CONFIG link.delay=… does.'],
    positionals: { link: required(LINK_OR_ALL) },
    options: LINK_OPTIONS,
    run: ({ cluster }, { link }, options) => setLink(cluster, link, options),
  }),
  DISK,
  ...NODE_FAULT_COMMANDS,
];

/** Carries the action out and says so with the virtual time at which it took effect. */
async function apply(cluster: Cluster, action: Action, text: string): Promise<CommandResult> {
  const result = await cluster.act(action);
  if (result.type === 'Refused') return refuse(result.code, result.text);
  return succeed(`${text} · at ${showTime(result.timeUs)}`);
}

const nodeIn = (snapshot: ClusterSnapshot, name: string): NodeSnapshot | undefined =>
  snapshot.nodes.find(({ id }) => id === name);

async function kill(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const name = nodeName(node);
  const snapshot = await cluster.snapshot();
  const led = snapshot.shards.filter(({ leader }) => leader === name).map(({ id }) => id);
  const lost = led.length === 0 ? '' : `; it led ${led.length > 8 ? plural(led.length, 'shard') : led.join(' ')}`;
  // Whether there is a process to end, the world knows alone: a snapshot may be older than the order.
  const result = await apply(cluster, { type: 'Kill', node }, `${name} is down${lost}`);
  if (result.ok || result.code !== 'AlreadyDown') return result;
  const crashReason = nodeIn(snapshot, name)?.crashReason ?? null;
  const crash = crashReason === null ? '' : ` (it crashed: ${crashReason})`;
  return refuse('AlreadyDown', `${name} is down already${crash}. REVIVE ${name} starts it again.`);
}

async function revive(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const name = nodeName(node);
  const before = nodeIn(await cluster.snapshot(), name);
  if (before?.state === 'frozen') {
    return refuse('TargetFrozen', `${name} is frozen, not down. THAW ${name} wakes it; KILL ${name} ends it.`);
  }
  if (before !== undefined && before.state !== 'down') {
    return refuse(
      'AlreadyUp',
      `${name} is ${before.recovering ? 'up already, recovering' : 'up already'}. KILL ${name} ends it.`,
    );
  }
  return apply(cluster, { type: 'Revive', node }, `${name} starts and recovers from its disk${obstacle(name, before)}`);
}

/** Why it will not come far. */
function obstacle(name: string, node: NodeSnapshot | undefined): string {
  if (node === undefined) return '';
  const { disk, crashReason } = node;
  if ((disk.damage !== null && !disk.isMendable) || crashReason?.startsWith('Corrupt') === true)
    return `. That is damaged (${crashReason ?? disk.damage}): only RESET mends it`;
  return disk.full ? `. That is full: DISK ${name} ok makes room` : '';
}

const isolatedText = (actor: ActorName): string =>
  isNodeName(actor)
    ? `${actor} is cut off from the other nodes: it runs, and clients still reach it`
    : `${actor} is cut off: it reaches no node`;

function heal(cluster: Cluster, what: ActorOrLink | undefined): Promise<CommandResult> {
  if (typeof what === 'object') {
    const text = `${showLink(what)} is whole again${what.bothWays ? '' : ', one way'}${clientNote(what)}`;
    return apply(cluster, { type: 'HealLink', ...what }, text);
  }
  const text = what === undefined ? 'All links are whole again' : `The links of ${what} are whole again`;
  return apply(cluster, { type: 'Heal', actor: what }, text);
}

async function setLink(
  cluster: Cluster,
  link: LinkEnds | undefined,
  options: Readonly<Record<LinkOption, number | undefined>>,
): Promise<CommandResult> {
  const names = (Object.keys(LINK_SETTINGS) as LinkOption[]).filter((name) => options[name] !== undefined);
  if (names.length === 0) {
    const all = Object.keys(LINK_SETTINGS).map((name) => `${name}=`);
    return refuse('MissingArgument', `LINK needs something to set: ${all.join(' ')}. HEAL takes link settings back.`);
  }
  const shown = names.map((name) => `${name} ${showSetting(`link.${name}`, options[name] as number)}`).join(', ');
  if (link !== undefined) {
    const settings: LinkSettings = Object.fromEntries(names.map((name) => [LINK_SETTINGS[name], options[name]]));
    return apply(cluster, { type: 'Link', ...link, settings }, `${showLink(link)}: ${shown}${clientNote(link)}`);
  }
  for (const name of names.slice(0, -1)) {
    const result = await configure(cluster, `link.${name}`, options[name] as number, '');
    if (!result.ok) return result;
  }
  const last = names.at(-1) as LinkOption;
  return configure(cluster, `link.${last}`, options[last] as number, `Every link: ${shown}`);
}

const configure = (cluster: Cluster, name: ConfigName, value: number, text: string): Promise<CommandResult> =>
  apply(cluster, { type: 'Configure', name, value }, text);

const showLink = ({ from, to, bothWays }: LinkEnds): string => `${from}${bothWays ? '<>' : '>'}${to}`;

/** A mistyped node is a client's name: say so where it would go unnoticed. */
function clientNote({ from, to }: LinkEnds): string {
  const client = [from, to].find((name) => !isNodeName(name) && name !== 'client');
  return client === undefined ? '' : ` (${client} is a client)`;
}
