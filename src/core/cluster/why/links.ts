import type { ActorId, Micros, NodeId } from '../../base/ids.ts';
import { isClient } from '../../base/ids.ts';
import type { LinkSettings } from '../action.ts';
import type { NetworkConfig } from '../run.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { listed, milliseconds, type Sentence } from './circumstances.ts';

/** What somebody has made of links. */
interface Setting extends Sentence {
  /** No message comes through. */
  readonly losesAll: boolean;
}

export interface Links {
  /** Since when the direction is cut; undefined: it is whole. */
  cutSince(from: ActorId, to: ActorId): Micros | undefined;
  /** What it was set to, where that is worse than usual: all links at once, or it alone. */
  settingOf(from: ActorId, to: ActorId): Setting | undefined;
}

/** How the links were at a moment. */
export function linksAt(events: readonly TraceEvent[], untilUs: Micros, usual: NetworkConfig): Links {
  const cuts = new Map<string, Micros>();
  const own = new Map<string, Setting | undefined>();
  let defaults: LinkSettings = {};
  let all: Setting | undefined;
  const name = (actor: ActorId): string => nameIn(events, actor);
  for (const event of events) {
    const { timeUs } = event;
    if (timeUs > untilUs) break;
    if (event.type === 'LinkChanged') {
      const link = linkOf(event.from, event.to);
      if (!event.cut) cuts.delete(link);
      else if (!cuts.has(link)) cuts.set(link, timeUs);
      if (Object.keys(event.settings).length === 0) own.delete(link);
      else
        own.set(link, changed(own.get(link), `${name(event.from)}>${name(event.to)}`, event.settings, usual, timeUs));
    }
    if (event.type !== 'ActionTaken') continue;
    const { action } = event;
    if (action.type === 'Reload') {
      cuts.clear();
      own.clear();
      defaults = {};
      all = undefined;
    }
    if (action.type !== 'Configure' || !isLinkName(action.name)) continue;
    defaults = { ...defaults, [LINK_NAMES[action.name]]: action.value };
    all = changed(all, 'Every link', defaults, usual, timeUs);
  }
  return {
    cutSince: (from, to) => cuts.get(linkOf(from, to)),
    settingOf: (from, to) => (own.has(linkOf(from, to)) ? own.get(linkOf(from, to)) : all),
  };
}

const linkOf = (from: ActorId, to: ActorId): string => `${from}>${to}`;

/** A client's as it gave it with its first operation; before that nobody has told it. */
function nameIn(events: readonly TraceEvent[], actor: ActorId): string {
  if (!isClient(actor)) return nodeName(actor);
  const invoked = events.find((event) => event.type === 'OperationInvoked' && event.client === actor);
  return invoked?.type === 'OperationInvoked' ? invoked.clientName : 'client';
}

const LINK_NAMES = {
  'link.delay': 'delayUs',
  'link.jitter': 'jitterUs',
  'link.drop': 'drop',
  'link.reorder': 'reorder',
} as const;
const isLinkName = (name: string): name is keyof typeof LINK_NAMES => Object.hasOwn(LINK_NAMES, name);

/** Undefined: it is no worse than usual. What says the same as before is as old as that. */
function changed(
  before: Setting | undefined,
  name: string,
  settings: LinkSettings,
  usual: NetworkConfig,
  timeUs: Micros,
): Setting | undefined {
  const worse = (setting: 'delayUs' | 'jitterUs' | 'drop' | 'reorder', words: (value: number) => string): string[] => {
    const value = settings[setting];
    return value === undefined || value <= usual[setting] ? [] : [words(value)];
  };
  const what = [
    ...worse('delayUs', (us) => `take ${milliseconds(us)}`),
    ...worse('jitterUs', (us) => `vary by ${milliseconds(us)}`),
    ...worse('drop', (chance) => `lose ${percent(chance)} of its messages`),
    ...worse('reorder', (chance) => `hold ${percent(chance)} of its messages up`),
  ];
  if (what.length === 0) return undefined;
  const text = `${name} was set to ${listed(what)}`;
  return before?.text === text ? before : { timeUs, text, losesAll: (settings.drop ?? 0) >= 1 };
}

const percent = (chance: number): string => `${Number((chance * 100).toFixed(2))} %`;

/** Why two cannot both reach each other, and since when; undefined: nothing keeps them from it. */
export function wallBetween(links: Links, a: ActorId, b: ActorId): Wall | undefined {
  const cuts = [links.cutSince(a, b), links.cutSince(b, a)].filter((each) => each !== undefined);
  if (cuts.length > 0) return { timeUs: Math.max(...cuts), setting: undefined };
  const setting = [links.settingOf(a, b), links.settingOf(b, a)].find((each) => each?.losesAll);
  return setting && { timeUs: setting.timeUs, setting };
}

interface Wall {
  readonly timeUs: Micros;
  /** It is not cut, but set to lose all. */
  readonly setting: Sentence | undefined;
}

/** Of one node, the others that it and they cannot both reach for cut links, and the latest time at which that came to be. */
export function cutOffFrom(
  links: Links,
  node: NodeId,
  others: readonly NodeId[],
): { readonly nodes: readonly NodeId[]; readonly sinceUs: Micros } | undefined {
  const found = others.flatMap((other) => {
    const wall = other === node ? undefined : wallBetween(links, node, other);
    return wall === undefined || wall.setting !== undefined ? [] : [{ other, sinceUs: wall.timeUs }];
  });
  if (found.length === 0) return undefined;
  return { nodes: found.map(({ other }) => other), sinceUs: Math.max(...found.map(({ sinceUs }) => sinceUs)) };
}

/** What was made of the links among these, each once; what holds for all links is one sentence. */
export function settingsAmong(links: Links, actors: readonly ActorId[]): readonly Sentence[] {
  const found = new Map<string, Sentence>();
  for (const from of actors) {
    for (const to of actors) {
      const setting = from === to ? undefined : links.settingOf(from, to);
      if (setting !== undefined) found.set(setting.text, { timeUs: setting.timeUs, text: setting.text });
    }
  }
  return [...found.values()];
}
