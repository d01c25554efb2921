import type { ConfigName } from '../core/cluster/action.ts';
import { durabilityOf } from '../core/cluster/presets.ts';
import type { Durability, RunConfig } from '../core/cluster/run.ts';
import type { ValueType } from './command.ts';
import { parsed } from './result.ts';
import { showChance, showDuration } from './show.ts';
import { CHANCE, durationBetween, oneOf } from './value-types.ts';

interface Setting {
  readonly type: ValueType<number>;
  readonly summary: string;
  read(config: RunConfig): number;
}

const DURATION = durationBetween(0, 60_000_000);

/** The setting's value is the place in this list. */
const DURABILITIES: readonly Durability[] = ['relaxed', 'strict'];
const DURABILITY_WORD = oneOf(DURABILITIES);
const DURABILITY: ValueType<number> = {
  ...DURABILITY_WORD,
  parse(word, topology) {
    const found = DURABILITY_WORD.parse(word, topology);
    return found.ok ? parsed(DURABILITIES.indexOf(found.value)) : found;
  },
};

/** What CONFIG can change in a running cluster. */
export const SETTINGS: Readonly<Record<ConfigName, Setting>> = {
  'link.delay': { type: DURATION, summary: 'latency of a message', read: ({ network }) => network.delayUs },
  'link.jitter': { type: DURATION, summary: 'its variation, either way', read: ({ network }) => network.jitterUs },
  'link.drop': { type: CHANCE, summary: 'chance that a message is lost', read: ({ network }) => network.drop },
  'link.dup': { type: CHANCE, summary: 'chance that it arrives twice', read: ({ network }) => network.duplicate },
  'link.reorder': { type: CHANCE, summary: 'chance that it is overtaken', read: ({ network }) => network.reorder },
  'disk.sync': { type: DURATION, summary: 'time of one disk sync', read: ({ disk }) => disk.syncUs },
  durability: {
    type: DURABILITY,
    summary: 'what a real transaction waits for: relaxed = the system, strict = the disk itself',
    read: (config) => DURABILITIES.indexOf(durabilityOf(config)),
  },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly ConfigName[];

export function showSetting(name: ConfigName, value: number): string {
  if (name === 'durability') return DURABILITIES[value] ?? String(value);
  return SETTINGS[name].type === CHANCE ? showChance(value) : showDuration(value);
}
