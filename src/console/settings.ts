import type { ConfigName } from '../core/cluster/action.ts';
import { durabilityOf } from '../core/cluster/presets.ts';
import { DURABILITIES, type RunConfig } from '../core/cluster/run.ts';
import type { NodeSnapshot } from '../core/cluster/snapshot.ts';
import { COMPACTION_STYLES } from '../core/lsm/compaction-style.ts';
import { PHI_FORMULAS, PHI_THRESHOLD_MAX, PHI_THRESHOLD_MIN, PHI_WINDOW_MAX } from '../core/membership/options.ts';
import { VNODES_MAX } from '../core/meta/apply-setting.ts';
import { CHECK_INTERVAL_US_MAX, DOWN_AFTER_US_MAX, DOWN_AFTER_US_MIN } from '../core/node/config.ts';
import { CLOCK_MODES, CONFLICTS } from '../core/replication/choices.ts';
import type { ValueType } from './command.ts';
import { parsed } from './result.ts';
import { CHANCE, decimalBetween, durationBetween, integerBetween, oneOf } from './value-types.ts';

interface Setting {
  readonly type: ValueType<number>;
  readonly summary: string;
  read(config: RunConfig): number;
  /** Set where each node has its own. */
  readNode?(node: NodeSnapshot): number;
}

const DURATION = durationBetween(0, 60_000_000);

/** A setting that is one of these words; its value is the place in the list. */
const placeIn = <T extends string>(words: readonly T[]): ValueType<number> => {
  const word = oneOf(words);
  return {
    ...word,
    parse(given, topology) {
      const found = word.parse(given, topology);
      return found.ok ? parsed(words.indexOf(found.value)) : found;
    },
  };
};

const DURABILITY = placeIn(DURABILITIES);
const STYLE = placeIn(COMPACTION_STYLES);

const FORMULA = placeIn(PHI_FORMULAS);
/** `8`, `2.5`. */
const THRESHOLD = decimalBetween(PHI_THRESHOLD_MIN, PHI_THRESHOLD_MAX);
const WINDOW = integerBetween(1, PHI_WINDOW_MAX, 'BadOption');

const INTERVAL = durationBetween(0, CHECK_INTERVAL_US_MAX);
/** 0 and `off` are the same. */
const LOOK_INTERVAL: ValueType<number> = {
  accepts: `${INTERVAL.accepts}, or off`,
  suggest: () => [{ text: 'off', hint: '' }],
  parse: (word, topology) => (/^(off|0)$/i.test(word.text) ? parsed(0) : INTERVAL.parse(word, topology)),
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
  vnodes: {
    type: integerBetween(1, VNODES_MAX, 'BadOption'),
    summary: 'points on the ring per node',
    read: ({ vnodes }) => vnodes,
  },
  durability: {
    type: DURABILITY,
    summary: 'what a real transaction waits for: relaxed = the system, strict = the disk itself',
    read: (config) => DURABILITIES.indexOf(durabilityOf(config)),
    readNode: ({ durability }) => DURABILITIES.indexOf(durability),
  },
  'phi.threshold': {
    type: THRESHOLD,
    summary: 'from this φ on a silent node is suspected',
    read: ({ limits }) => limits.phiThreshold,
  },
  'phi.window': {
    type: WINDOW,
    summary: 'intervals between heartbeats that are remembered',
    read: ({ limits }) => limits.phiWindow,
  },
  'phi.formula': {
    type: FORMULA,
    summary: 'exponential = Cassandra’s; normal = Hayashibara’s',
    read: ({ limits }) => limits.phiFormula,
  },
  'down.after': {
    type: durationBetween(DOWN_AFTER_US_MIN, DOWN_AFTER_US_MAX),
    summary: 'silence after which others get a node’s replicas',
    read: ({ limits }) => limits.downAfterUs,
  },
  'check.interval': {
    type: LOOK_INTERVAL,
    summary: 'how often leaders compare what replicas hold; off = by REPAIR alone',
    read: ({ limits }) => limits.checkIntervalUs,
  },
  conflicts: {
    type: placeIn(CONFLICTS),
    summary: 'of the eventual keyspace: the last writer wins, or siblings stay',
    read: ({ limits }) => limits.conflicts,
  },
  clock: {
    type: placeIn(CLOCK_MODES),
    summary: 'what stamps eventual writes: hybrid logical clocks, or wall clocks alone',
    read: ({ limits }) => limits.clockMode,
  },
  'scrub.interval': {
    type: LOOK_INTERVAL,
    summary: 'how often nodes read every block of their tables; off = by SCRUB alone',
    read: ({ limits }) => limits.scrubIntervalUs,
  },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly ConfigName[];
/** What each node has for itself. */
export const NODE_SETTING_NAMES = SETTING_NAMES.filter((name) => SETTINGS[name].readNode !== undefined);
