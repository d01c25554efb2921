import { bind } from '../../console/bind.ts';
import type { Command, Topology } from '../../console/command.ts';
import { usage } from '../../console/describe.ts';
import { formatCommand } from '../../console/format-command.ts';
import { COMMAND_GROUPS, findCommand } from '../../console/registry.ts';
import { tokenizeLine } from '../../console/tokenizer.ts';
import { type NodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { PRESETS, sizeText } from '../panels/presets.ts';
import { PANEL_IDS, PANEL_NAMES, type PanelId } from '../shell/panel-names.ts';
import type { AppState } from '../store/app-store.ts';
import { leaderOf } from '../store/view-model.ts';
import type { ThemeChoice } from '../theme/theme.ts';

/** What choosing an entry does. `run`: a complete command; `write`: one to finish or to confirm, put into the console's line. */
export type PaletteAct =
  | { readonly type: 'run' | 'write'; readonly line: string }
  | { readonly type: 'focus-shard'; readonly shard: ShardId }
  | { readonly type: 'show-panel'; readonly panel: PanelId }
  | { readonly type: 'theme'; readonly choice: ThemeChoice }
  | { readonly type: 'reset-sizes' };

export interface PaletteItem {
  /** Unique in the palette; also what is searched. */
  readonly title: string;
  /** Beside it: the command in full, or what it is for. */
  readonly hint: string;
  readonly act: PaletteAct;
}

export interface PaletteGroup {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

/** Everything that can be chosen, for the cluster as it is now: what acts at once first, every verb of the console last. */
export function paletteGroups(state: AppState): readonly PaletteGroup[] {
  return [
    { title: 'Do now', items: [...timeItems(state), ...faultItems(state)] },
    { title: 'Look at', items: [...shardItems(state), ...panelItems()] },
    { title: 'Start another cluster', items: presetItems(state) },
    { title: 'Theme', items: themeItems() },
    ...COMMAND_GROUPS.map(({ title, commands }) => ({ title: `Commands: ${title}`, items: commands.map(verbItem) })),
  ];
}

const runs = (title: string, line: string): PaletteItem => ({ title, hint: line, act: { type: 'run', line } });

function timeItems({ transport }: AppState): readonly PaletteItem[] {
  if (transport.mode === 'booting' || transport.mode === 'replaying') return [];
  const paused = transport.mode === 'paused';
  return [
    runs(paused ? 'Let time run' : 'Stop time', formatCommand(paused ? 'PLAY' : 'PAUSE')),
    runs('Take one event', formatCommand('STEP')),
  ];
}

function faultItems({ model, focusedShard }: AppState): readonly PaletteItem[] {
  const leader = leaderOf(model, focusedShard);
  const isDown = (node: NodeId) => ['down', 'crashed'].includes(model.nodes.get(node)?.state ?? '');
  const isFrozen = (node: NodeId) => model.nodes.get(node)?.frozen === true;
  const nodes = [...model.nodes.keys()];
  const up = nodes.filter((node) => !isDown(node));
  const what = (node: NodeId) => (node === leader ? `, leader of ${shardName(focusedShard)}` : '');
  const each = (some: readonly NodeId[], word: string, verb: string) =>
    some.map((node) => runs(`${word} ${nodeName(node)}${what(node)}`, formatCommand(verb, [nodeName(node)])));
  return [
    ...(model.cuts.size === 0 ? [] : [runs('Heal the network', formatCommand('HEAL'))]),
    ...each(nodes.filter(isDown), 'Revive', 'REVIVE'),
    ...each(up, 'Kill', 'KILL'),
    ...each(up.filter(isFrozen), 'Thaw', 'THAW'),
    ...each(
      up.filter((node) => !isFrozen(node)),
      'Freeze',
      'FREEZE',
    ),
    ...each(up, 'Isolate', 'ISOLATE'),
  ];
}

function shardItems({ run }: AppState): readonly PaletteItem[] {
  return Array.from({ length: run?.config.shards ?? 0 }, (_, i) => ({
    title: `Focus ${shardName(i)}`,
    hint: 'its replicas, messages and logs',
    act: { type: 'focus-shard', shard: shardId(i) },
  }));
}

function panelItems(): readonly PaletteItem[] {
  const panels = PANEL_IDS.map(
    (panel): PaletteItem => ({
      title: `Show ${PANEL_NAMES[panel]}`,
      hint: 'panel',
      act: { type: 'show-panel', panel },
    }),
  );
  const worlds = runs('Choose C or A: strong and eventual, one partition', formatCommand('COMPARE'));
  return [
    worlds,
    ...panels,
    { title: 'Put panel sizes back', hint: 'as they were at first', act: { type: 'reset-sizes' } },
  ];
}

/** What is stored goes with it, so it waits in the console for Enter. */
function presetItems({ run }: AppState): readonly PaletteItem[] {
  return PRESETS.filter(({ nodes, shards }) => nodes !== run?.config.nodes || shards !== run.config.shards).map(
    (preset) => {
      const line = formatCommand('RESET', [], { nodes: String(preset.nodes), shards: String(preset.shards) });
      return { title: `${preset.name}: ${sizeText(preset)}`, hint: line, act: { type: 'write', line } };
    },
  );
}

function themeItems(): readonly PaletteItem[] {
  return [
    { title: 'Dark theme', hint: '', act: { type: 'theme', choice: 'dark' } },
    { title: 'Light theme', hint: '', act: { type: 'theme', choice: 'light' } },
    { title: 'Theme as the system', hint: '', act: { type: 'theme', choice: 'system' } },
  ];
}

/** A verb whose example is the verb alone is complete without more; all others go into the console to be finished. */
function verbItem(command: Command): PaletteItem {
  const { verb, summary, example } = command;
  const act: PaletteAct = example === verb ? { type: 'run', line: verb } : { type: 'write', line: `${verb} ` };
  return { title: usage(command), hint: summary, act };
}

/** What was typed, when it is a command itself: complete, it runs; only begun, it goes on in the console. Undefined: no verb of ours. */
export function typedItem(typed: string, topology: Topology): PaletteItem | undefined {
  const line = typed.trim();
  const [verb = ''] = line.split(/[\s;]/, 1);
  if (findCommand(verb) === undefined) return undefined;
  return isComplete(line, topology)
    ? { title: line, hint: 'run it', act: { type: 'run', line } }
    : { title: line, hint: 'go on in the console', act: { type: 'write', line: `${line} ` } };
}

/** By the console's own grammar: every command of the line could be run as it stands. */
function isComplete(line: string, topology: Topology): boolean {
  const commands = tokenizeLine(line);
  if (!commands.ok) return false;
  return commands.value.every((text) => {
    const command = findCommand(text.words[0]?.text ?? '');
    return command !== undefined && bind(command, text, topology).ok;
  });
}
