import { must } from '../core/base/assert.ts';
import { type ActorId, isClient, type Micros } from '../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../core/base/random.ts';
import type { LinkSettings } from '../core/cluster/action.ts';
import type { NetworkConfig } from '../core/cluster/run.ts';

/** No message is ever faster: windows of events this long may run in parallel. */
export const LATENCY_US_MIN = 100;

/** What became of messages on their way, over a whole run. */
export interface Traffic {
  /** Swallowed by a cut link, at their sending or at their arrival. */
  cut: number;
  /** Sent on their way twice. */
  duplicated: number;
  /** To arrive before one that was sent earlier on the same link. */
  reordered: number;
}

export const noTraffic = (): Traffic => ({ cut: 0, duplicated: 0, reordered: 0 });

/**
 * The network between actors: per directed link latency, jitter, loss, duplication, reordering and cuts. Every draw comes from the link's own
 * stream in the order in which its sender sends, so that nothing depends on how events of other actors interleave.
 */
export class NetworkModel {
  private readonly seed: number;
  private readonly pageBoot: number;
  private defaults: NetworkConfig;
  private readonly overrides = new Map<number, NetworkConfig>();
  private readonly cuts = new Set<number>();
  private readonly streams = new Map<number, RandomStream>();
  private readonly lastArrivalUs = new Map<number, Micros>();
  private readonly traffic: Traffic;
  private lookaheadUs: Micros;

  constructor(config: NetworkConfig, seed: number, pageBoot: number, traffic: Traffic = noTraffic()) {
    this.seed = seed;
    this.pageBoot = pageBoot;
    this.traffic = traffic;
    this.defaults = config;
    this.lookaheadUs = slowestSafe([config]);
  }

  /** No message sent from now on arrives earlier than this after its sending. */
  get latencyUsMin(): Micros {
    return this.lookaheadUs;
  }

  /** Arrival times of the copies of a message sent now: none if the link loses it. */
  route(from: ActorId, to: ActorId, nowUs: Micros): readonly Micros[] {
    const link = linkKey(from, to);
    const settings = this.overrides.get(link) ?? this.defaults;
    const stream = this.stream(link, from, to);
    if (settings.drop > 0 && stream.chance(settings.drop)) return [];
    const first = nowUs + this.latency(settings, stream);
    this.count(link, first);
    // Clients speak over connections: what was refused must not arrive a second time and be taken.
    const connection = isClient(from) || isClient(to);
    if (connection || settings.duplicate === 0 || !stream.chance(settings.duplicate)) return [first];
    this.traffic.duplicated++;
    return [first, nowUs + this.latency(settings, stream)];
  }

  private count(link: number, arrivalUs: Micros): void {
    const lastUs = this.lastArrivalUs.get(link) ?? 0;
    if (arrivalUs < lastUs) this.traffic.reordered++;
    else this.lastArrivalUs.set(link, arrivalUs);
  }

  isCut(from: ActorId, to: ActorId): boolean {
    return this.cuts.size > 0 && this.cuts.has(linkKey(from, to));
  }

  settings(from: ActorId, to: ActorId): NetworkConfig {
    return this.ownSettings(from, to) ?? this.defaults;
  }

  /** What was set for this direction alone; undefined: it follows the defaults. */
  ownSettings(from: ActorId, to: ActorId): NetworkConfig | undefined {
    return this.overrides.get(linkKey(from, to));
  }

  cut(from: ActorId, to: ActorId): void {
    this.cuts.add(linkKey(from, to));
  }

  /** Takes back cuts and settings of the links that `isMeant` picks. Returns the links that changed. */
  heal(isMeant: (from: ActorId, to: ActorId) => boolean): readonly (readonly [from: ActorId, to: ActorId])[] {
    const touched = [...new Set([...this.cuts, ...this.overrides.keys()])]
      .map(linkOf)
      .filter(([from, to]) => isMeant(from, to))
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [from, to] of touched) {
      this.cuts.delete(linkKey(from, to));
      this.overrides.delete(linkKey(from, to));
    }
    this.settle();
    return touched;
  }

  setLink(from: ActorId, to: ActorId, settings: LinkSettings): void {
    this.overrides.set(linkKey(from, to), { ...this.settings(from, to), ...settings });
    this.settle();
  }

  setDefaults(settings: LinkSettings): void {
    this.defaults = { ...this.defaults, ...settings };
    this.settle();
  }

  get defaultSettings(): NetworkConfig {
    return this.defaults;
  }

  private settle(): void {
    this.lookaheadUs = slowestSafe([this.defaults, ...this.overrides.values()]);
  }

  private latency(settings: NetworkConfig, stream: RandomStream): Micros {
    let latencyUs = settings.delayUs + stream.between(-settings.jitterUs, settings.jitterUs);
    if (settings.reorder > 0 && stream.chance(settings.reorder)) latencyUs += stream.between(0, settings.delayUs * 3);
    return Math.max(LATENCY_US_MIN, latencyUs);
  }

  private stream(link: number, from: ActorId, to: ActorId): RandomStream {
    if (!this.streams.has(link))
      this.streams.set(link, createRandomStream(this.seed, 'link', `${from}>${to}`, this.pageBoot));
    return must(this.streams.get(link), 'just made');
  }
}

const slowestSafe = (settings: readonly NetworkConfig[]): Micros =>
  settings.reduce(
    (least, { delayUs, jitterUs }) => Math.min(least, Math.max(LATENCY_US_MIN, delayUs - jitterUs)),
    1e12,
  );

const linkKey = (from: number, to: number): number => from * 65536 + to;
const linkOf = (key: number): readonly [ActorId, ActorId] => [
  Math.floor(key / 65536) as ActorId,
  (key % 65536) as ActorId,
];
