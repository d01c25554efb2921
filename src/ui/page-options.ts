import { NODES_MAX, NODES_MIN, PROFILES, SHARD_COUNTS } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';

/** What the page's address asks for. Names in any case; parameters of others are left alone. */
export interface PageOptions {
  readonly config: RunConfig;
  /** Undefined: the stored run's, or a new one. */
  readonly seed: number | undefined;
  /** `keep` adopts the newest stored run of this configuration, `fresh` begins one. */
  readonly storage: 'keep' | 'fresh';
  /** Whether a new run begins with a little data. */
  readonly sample: boolean;
}

export type ParsedPageOptions =
  | { readonly ok: true; readonly value: PageOptions }
  /** What is wrong with which parameter, and what is accepted. */
  | { readonly ok: false; readonly text: string };

const SEED_MAX = 4294967295;

export function parsePageOptions(search: string): ParsedPageOptions {
  const given = new Map([...new URLSearchParams(search)].map(([name, value]) => [name.toLowerCase(), value]));
  const profileName = given.get('profile') ?? 'classroom';
  if (profileName !== 'classroom' && profileName !== 'datacenter')
    return refuse('profile', profileName, 'classroom or datacenter');
  const profile = PROFILES[profileName];

  const nodes = wholeNumber(given.get('nodes'), profile.nodes, NODES_MIN, NODES_MAX);
  if (nodes === undefined)
    return refuse('nodes', given.get('nodes'), `a whole number from ${NODES_MIN} to ${NODES_MAX}`);
  const shards = wholeNumber(given.get('shards'), profile.shards, 1, SEED_MAX);
  if (shards === undefined || !SHARD_COUNTS.includes(shards))
    return refuse('shards', given.get('shards'), `one of ${SHARD_COUNTS.join(', ')}`);
  const seed = wholeNumber(given.get('seed'), -1, 0, SEED_MAX);
  if (seed === undefined) return refuse('seed', given.get('seed'), `a whole number from 0 to ${SEED_MAX}`);
  const storage = given.get('storage') ?? 'keep';
  if (storage !== 'keep' && storage !== 'fresh') return refuse('storage', storage, 'keep or fresh');
  const sample = given.get('sample') ?? 'on';
  if (sample !== 'on' && sample !== 'off') return refuse('sample', sample, 'on or off');
  const config = { ...profile, nodes, shards };
  return { ok: true, value: { config, seed: seed === -1 ? undefined : seed, storage, sample: sample === 'on' } };
}

/** The same address, on a fresh run. */
export function freshAddress(search: string): string {
  const params = new URLSearchParams(search);
  params.set('storage', 'fresh');
  return `?${params}`;
}

function wholeNumber(text: string | undefined, otherwise: number, min: number, max: number): number | undefined {
  if (text === undefined) return otherwise;
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function refuse(name: string, value: string | undefined, accepted: string): ParsedPageOptions {
  return { ok: false, text: `The address says ${name}=${value ?? ''}, which is not possible: it takes ${accepted}.` };
}
