import type { ConfigName } from '../core/cluster/action.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { COMPACTION_STYLES, type CompactionStyle } from '../core/lsm/compaction-style.ts';
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

const STYLE_NAME = oneOf(COMPACTION_STYLES);
/** A style is a place in the list of them. */
const STYLE: ValueType<number> = {
  ...STYLE_NAME,
  parse(word, topology) {
    const name = STYLE_NAME.parse(word, topology);
    return name.ok ? parsed(COMPACTION_STYLES.indexOf(name.value)) : name;
  },
};

/** What a style does, for whoever chooses it. */
const STYLE_TEXT: Readonly<Record<CompactionStyle, string>> = {
  leveled: 'a few tables of a level into the next; every key at most once per level',
  universal: 'sorted runs of similar size into one; fewer bytes written, more space taken',
  fifo: 'nothing is merged; a table goes, oldest first, only when nothing in it lives, so reads look into ever more tables',
};

/** What is worth saying beside the value; undefined: nothing. */
export const explainSetting = (name: ConfigName, value: number): string | undefined => {
  const style = name === 'compaction' ? COMPACTION_STYLES[value] : undefined;
  return style && STYLE_TEXT[style];
};

/** What CONFIG can change in a running cluster. */
export const SETTINGS: Readonly<Record<ConfigName, Setting>> = {
  'link.delay': { type: DURATION, summary: 'latency of a message', read: ({ network }) => network.delayUs },
  'link.jitter': { type: DURATION, summary: 'its variation, either way', read: ({ network }) => network.jitterUs },
  'link.drop': { type: CHANCE, summary: 'chance that a message is lost', read: ({ network }) => network.drop },
  'link.dup': { type: CHANCE, summary: 'chance that it arrives twice', read: ({ network }) => network.duplicate },
  'link.reorder': { type: CHANCE, summary: 'chance that it is overtaken', read: ({ network }) => network.reorder },
  compaction: {
    type: STYLE,
    summary: 'how tables are merged',
    read: ({ limits }) => limits.compactionStyle,
  },
  'disk.sync': { type: DURATION, summary: 'time of one disk sync', read: ({ disk }) => disk.syncUs },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly ConfigName[];

export function showSetting(name: ConfigName, value: number): string {
  const { type } = SETTINGS[name];
  if (type === STYLE) return COMPACTION_STYLES[value] ?? String(value);
  return type === CHANCE ? showChance(value) : showDuration(value);
}
