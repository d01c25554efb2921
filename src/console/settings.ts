import type { ConfigName } from '../core/cluster/action.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { ValueType } from './command.ts';
import { showChance, showDuration } from './show.ts';
import { CHANCE, durationBetween } from './value-types.ts';

interface Setting {
  readonly type: ValueType<number>;
  readonly summary: string;
  read(config: RunConfig): number;
}

const DURATION = durationBetween(0, 60_000_000);

/** What CONFIG can change in a running cluster. */
export const SETTINGS: Readonly<Record<ConfigName, Setting>> = {
  'link.delay': { type: DURATION, summary: 'latency of a message', read: ({ network }) => network.delayUs },
  'link.jitter': { type: DURATION, summary: 'its variation, either way', read: ({ network }) => network.jitterUs },
  'link.drop': { type: CHANCE, summary: 'chance that a message is lost', read: ({ network }) => network.drop },
  'link.dup': { type: CHANCE, summary: 'chance that it arrives twice', read: ({ network }) => network.duplicate },
  'link.reorder': { type: CHANCE, summary: 'chance that it is overtaken', read: ({ network }) => network.reorder },
  'disk.sync': { type: DURATION, summary: 'time of one disk sync', read: ({ disk }) => disk.syncUs },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly ConfigName[];

export const showSetting = (name: ConfigName, value: number): string =>
  SETTINGS[name].type === CHANCE ? showChance(value) : showDuration(value);
