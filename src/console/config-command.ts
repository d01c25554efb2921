import type { NodeId } from '../core/base/ids.ts';
import type { ConfigName } from '../core/cluster/action.ts';
import { defineCommand, optional, type ValueType } from './command.ts';
import { fetched } from './fetched.ts';
import { failed } from './result.ts';
import { NODE_SETTING_NAMES, SETTING_NAMES, SETTINGS } from './settings.ts';
import { NODE } from './value-types.ts';

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
  // Fetched when it is first given.
  run: async ({ cluster }, { node }, options) =>
    (await fetched(import('./change-settings.ts'))).changeSettings(cluster, node, options),
});
