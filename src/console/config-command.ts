import type { NodeId } from '../core/base/ids.ts';
import type { Action, ConfigName } from '../core/cluster/action.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';
import { defineCommand, optional, type ValueType } from './command.ts';
import { type CommandResult, failed, refuse, succeed } from './result.ts';
import { explainSetting, NODE_SETTING_NAMES, SETTING_NAMES, SETTINGS, showSetting } from './settings.ts';
import { showTime } from './show.ts';
import { NODE } from './value-types.ts';

type Settings = Readonly<Record<ConfigName, number | undefined>>;

/** A node, unless it is a setting that was written without its value. */
const NODE_OF_SETTING: ValueType<NodeId> = {
  ...NODE,
  parse(word, topology) {
    const name = word.text.toLowerCase();
    if (!(SETTING_NAMES as readonly string[]).includes(name)) return NODE.parse(word, topology);
    return failed('ExtraArgument', `${name} has no value`, `Write the setting with its value: ${name}=… .`, word.at);
  },
};

export const CONFIG = defineCommand({
  verb: 'CONFIG',
  summary: 'Changes a setting of the running cluster, or of one node; without a value it lists the settings.',
  example: 'CONFIG link.delay=80ms',
  notes: [
    `Each node has its own ${NODE_SETTING_NAMES.join(', ')}: CONFIG n2 durability=strict sets it on n2, without a node on all.`,
  ],
  positionals: { node: optional(NODE_OF_SETTING) },
  options: Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].type])) as Record<
    ConfigName,
    ValueType<number>
  >,
  run: ({ cluster }, { node }, options) => config(cluster, node, options),
});

async function config(cluster: Cluster, node: NodeId | undefined, options: Settings): Promise<CommandResult> {
  const changes = SETTING_NAMES.filter((name) => options[name] !== undefined);
  if (changes.length === 0) return node === undefined ? list(cluster) : listNode(cluster, node);
  const shared = changes.find((name) => node !== undefined && SETTINGS[name].readNode === undefined);
  if (node !== undefined && shared !== undefined) {
    const value = showSetting(shared, options[shared] as number).replace(' ', '');
    return refuse('BadOption', `${shared} is one setting of all nodes: CONFIG ${shared}=${value} sets it.`);
  }
  let timeUs = 0;
  for (const name of changes) {
    const action: Action = { type: 'Configure', name, value: options[name] as number };
    const result = await cluster.act(node === undefined ? action : { ...action, node });
    if (result.type === 'Refused') return refuse(result.code, result.text);
    timeUs = result.timeUs;
  }
  const of = node === undefined ? '' : ` on ${nodeName(node)}`;
  const shown = changes.map((name) => `${name}${of} is now ${showSetting(name, options[name] as number)}`).join(', ');
  const notes = changes.flatMap((name) => explainSetting(name, options[name] as number) ?? []);
  return succeed([`${shown} · at ${showTime(timeUs)}`, ...notes].join('\n'));
}

const line = (name: ConfigName, value: number, rest = ''): string =>
  `${name.padEnd(12)}  ${showSetting(name, value).padEnd(8)}  ${SETTINGS[name].summary}${rest}`;

/** `value` is the settings by name. */
async function list(cluster: Cluster): Promise<CommandResult> {
  const [{ config: present }, { nodes }] = await Promise.all([cluster.run(), cluster.snapshot()]);
  const lines = SETTING_NAMES.map((name) => {
    const { read, readNode } = SETTINGS[name];
    const value = read(present);
    const others = nodes.filter((node) => readNode !== undefined && readNode(node) !== value);
    const own = others.map((node) => `${node.id} ${showSetting(name, readNode?.(node) ?? value)}`);
    return line(name, value, own.length === 0 ? '' : ` (${own.join(', ')})`);
  });
  const values = Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].read(present)]));
  return succeed([...lines, 'RESET changes nodes, shards, profile and seed.'].join('\n'), values);
}

/** `value` is the node's own settings by name. */
async function listNode(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const { nodes } = await cluster.snapshot();
  const snapshot = nodes.find(({ id }) => id === nodeName(node));
  const values = NODE_SETTING_NAMES.flatMap((name) => {
    const value = snapshot && SETTINGS[name].readNode?.(snapshot);
    return value === undefined ? [] : [[name, value] as const];
  });
  const lines = values.map(([name, value]) => line(name, value));
  return succeed([...lines, 'CONFIG alone lists what all nodes share.'].join('\n'), Object.fromEntries(values));
}
