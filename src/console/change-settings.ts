import type { NodeId } from '../core/base/ids.ts';
import type { Action, ConfigName } from '../core/cluster/action.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { COMPACTION_STYLES, type CompactionStyle } from '../core/lsm/compaction-style.ts';
import type { Cluster } from './cluster.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { NODE_SETTING_NAMES, SETTING_NAMES, SETTINGS } from './settings.ts';
import { showTime } from './show.ts';
import { showSetting } from './show-setting.ts';

type Settings = Readonly<Record<ConfigName, number | undefined>>;

/** CONFIG: changes what is given a value; with nothing given it lists. */
export async function changeSettings(
  cluster: Cluster,
  node: NodeId | undefined,
  options: Settings,
): Promise<CommandResult> {
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

/** What a style does, for whoever chooses it. */
const STYLE_TEXT: Readonly<Record<CompactionStyle, string>> = {
  leveled: 'a few tables of a level into the next; every key at most once per level',
  universal: 'sorted runs of similar size into one; fewer bytes written, more space taken',
  fifo: 'data is not merged; a table goes, oldest first, when all of it was replaced, deleted or has expired; live data is never dropped, so tables may pile up',
};

/** What is worth saying beside the value; undefined: nothing. */
const explainSetting = (name: ConfigName, value: number): string | undefined => {
  const style = name === 'compaction' ? COMPACTION_STYLES[value] : undefined;
  return style && STYLE_TEXT[style];
};

const NAME_WIDTH = Math.max(...SETTING_NAMES.map(({ length }) => length));
/** Of the longest word that stands for a value. */
const VALUE_WIDTH = 11;

const line = (name: ConfigName, value: number, rest = ''): string =>
  `${name.padEnd(NAME_WIDTH)}  ${showSetting(name, value).padEnd(VALUE_WIDTH)}  ${SETTINGS[name].summary}${rest}`;

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
