import type { Speed } from '../console/cluster.ts';
import { readSpeed, SPEED_MAX, SPEED_MIN, speedInRange } from '../console/speed.ts';
import {
  BREAK_NAMES,
  type BreakName,
  EVEN_REPLICATION_FACTOR,
  findBreak,
  isLiveBreak,
  type LiveBreak,
} from '../core/cluster/break.ts';
import { NODES_MIN, PROFILES, SHARD_COUNTS, TAB_NODES_MAX } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';

/** What a page's address asks for (README.md). */
export interface PageOptions {
  readonly config: RunConfig;
  /** Undefined: the stored run's, or a new one. */
  readonly seed: number | undefined;
  /** `keep` adopts the newest stored run of this configuration, `fresh` begins one. */
  readonly storage: 'keep' | 'fresh';
  /** Whether a new run begins with a little data. */
  readonly sample: boolean;
  /** Rules that are left out from the moment when the page is opened. */
  readonly breaks: readonly LiveBreak[];
  /** Once it has booted. */
  readonly speed: Speed;
  /** Undefined: what was chosen on this page before, or the system's. */
  readonly theme: Theme | undefined;
  /** As what the stage shows the cluster at first. */
  readonly view: StageView;
  /** Undefined: the whole page. */
  readonly embed: EmbedOptions | undefined;
}

export interface EmbedOptions {
  /** Each at most once, in the order given; at least one. */
  readonly panels: readonly PanelName[];
  /** Opens the whole page on the same run: relative to this one. */
  readonly pageAddress: string;
}

export const PANELS = [
  'ring',
  'console',
  'raft',
  'path',
  'storage',
  'membership',
  'repair',
  'worlds',
  'events',
] as const;
export type PanelName = (typeof PANELS)[number];

export const STAGE_VIEWS = ['picture', 'table', 'worlds'] as const;
export type StageView = (typeof STAGE_VIEWS)[number];

/** `auto` is another name of `system`. */
export const THEMES = ['auto', 'system', 'dark', 'light'] as const;
export type Theme = 'system' | 'dark' | 'light';

/** Nodes × shards, as menus and addresses name them. */
export const SIZES = {
  '3x1': { nodes: 3, shards: 1 },
  '3x8': { nodes: 3, shards: 8 },
  '5x16': { nodes: 5, shards: 16 },
  '9x64': { nodes: 9, shards: 64 },
} as const;

export type ParsedAddress =
  | { readonly ok: true; readonly value: PageOptions }
  /** What is wrong with which parameter, what is accepted, and an address without it. */
  | { readonly ok: false; readonly text: string; readonly without: string };

const SEED_MAX = 4294967295;
const EMBED_SIZE = '3x1';
const EMBED_PANELS = 'ring,console';

type Given = ReadonlyMap<string, string>;

class Refusal extends Error {
  readonly parameter: string;
  constructor(parameter: string, value: string, accepted: string) {
    super(`The address says ${parameter}=${value}, which is not possible: it takes ${accepted}.`);
    this.parameter = parameter;
  }
}

/** `search` = `location.search`. Names in any case; parameters of others are left alone. */
export function parseAddress(search: string): ParsedAddress {
  const given = new Map([...new URLSearchParams(search)].map(([name, value]) => [name.toLowerCase(), value]));
  try {
    return { ok: true, value: pageOptions(given, search) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, text: error.message, without: changed(search, { [error.parameter]: undefined }) };
  }
}

function pageOptions(given: Given, search: string): PageOptions {
  const embedded = oneOf(given, 'embed', ['0', '1'], '0') === '1';
  const profile = PROFILES[oneOf(given, 'profile', ['classroom', 'datacenter'], 'classroom')];
  const sizes = Object.keys(SIZES) as (keyof typeof SIZES)[];
  const preset = embedded || given.has('preset') ? SIZES[oneOf(given, 'preset', sizes, EMBED_SIZE)] : profile;
  const nodes = wholeNumber(given, 'nodes', NODES_MIN, TAB_NODES_MAX) ?? preset.nodes;
  const shards = wholeNumber(given, 'shards', 1, SEED_MAX) ?? preset.shards;
  if (!SHARD_COUNTS.includes(shards)) throw new Refusal('shards', String(shards), `one of ${SHARD_COUNTS.join(', ')}`);
  const seed = wholeNumber(given, 'seed', 0, SEED_MAX);
  const storage = oneOf(given, 'storage', ['keep', 'fresh'], embedded ? 'fresh' : 'keep');
  const sample = oneOf(given, 'sample', ['on', 'off'], 'on') === 'on';
  const panels = panelNames(given);
  const embed = embedded ? { panels, pageAddress: pageAddress(search, given, panels) } : undefined;
  const names = breakNames(given, nodes);
  const breaks = names.filter(isLiveBreak);
  const even = names.length > breaks.length ? { replicationFactor: EVEN_REPLICATION_FACTOR } : {};
  const config = { ...profile, nodes, shards, ...even };
  const view = oneOf(given, 'view', STAGE_VIEWS, 'picture');
  return { config, seed, storage, sample, breaks, speed: speedOf(given), theme: themeOf(given), view, embed };
}

function oneOf<T extends string>(given: Given, name: string, accepted: readonly T[], otherwise: T): T {
  const text = given.get(name);
  if (text === undefined) return otherwise;
  const found = accepted.find((each) => each === text.toLowerCase());
  if (found === undefined) throw new Refusal(name, text, `${accepted.slice(0, -1).join(', ')} or ${accepted.at(-1)}`);
  return found;
}

function themeOf(given: Given): Theme | undefined {
  if (!given.has('theme')) return undefined;
  const theme = oneOf(given, 'theme', THEMES, 'system');
  return theme === 'auto' ? 'system' : theme;
}

function wholeNumber(given: Given, name: string, min: number, max: number): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Refusal(name, text, `a whole number from ${min} to ${max}`);
}

function speedOf(given: Given): Speed {
  const text = given.get('speed') ?? 'auto';
  const speed = readSpeed(text);
  if (speedInRange(speed)) return speed;
  throw new Refusal('speed', text, `auto, max, or virtual seconds a second from ${SPEED_MIN} to ${SPEED_MAX}, as 1/40`);
}

function panelNames(given: Given): readonly PanelName[] {
  const text = given.get('panels') ?? EMBED_PANELS;
  const names = text.split(',').map((name) => PANELS.find((panel) => panel === name.trim().toLowerCase()));
  const known = names.filter((name) => name !== undefined);
  if (known.length === names.length) return [...new Set(known)];
  throw new Refusal('panels', text, `one or more of ${PANELS.join(', ')}, with commas between them`);
}

function breakNames(given: Given, nodes: number): readonly BreakName[] {
  const text = given.get('break');
  if (text === undefined) return [];
  const names = text.split(',').map(findBreak);
  const known = names.filter((name) => name !== undefined);
  if (known.length < names.length)
    throw new Refusal('break', text, `one or more of ${BREAK_NAMES.join(', ')}, with commas between them`);
  if (known.includes('even-cluster') && nodes < EVEN_REPLICATION_FACTOR)
    throw new Refusal('break', text, `even-cluster with nodes=${EVEN_REPLICATION_FACTOR} or more`);
  return [...new Set(known)];
}

/** An embed is one Raft group unless it says otherwise, and the whole page is not: what was meant is written out. So is what was seen in it. */
function pageAddress(search: string, given: Given, panels: readonly PanelName[]): string {
  const view = panels.includes('worlds') ? 'worlds' : undefined;
  const preset = given.get('preset') ?? EMBED_SIZE;
  return changed(search, { embed: undefined, preset, ...(given.has('view') || view === undefined ? {} : { view }) });
}

/** The same address, on a fresh run. */
export const freshAddress = (search: string): string => changed(search, { storage: 'fresh' });

/** The address with these parameters set, or removed; whatever their case in it. Never empty, so that it is no link to the same page. */
function changed(search: string, changes: Readonly<Record<string, string | undefined>>): string {
  const entries = [...new URLSearchParams(search)].map(([name, value]) => [name.toLowerCase(), name, value] as const);
  const kept = entries.filter(([key]) => !(key in changes) || changes[key] !== undefined);
  const present = kept.map(([key, name, value]) => [name, changes[key] ?? value]);
  const added = Object.entries(changes).filter(
    ([key, value]) => value !== undefined && !entries.some(([k]) => k === key),
  );
  return `?${new URLSearchParams([...present, ...added] as string[][])}`;
}
