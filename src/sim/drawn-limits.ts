import { createRandomStream } from '../core/base/random.ts';
import { PROFILES } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import { PHI_FORMULAS } from '../core/membership/options.ts';
import { CLOCK_RATE_ERROR_PPM_MAX } from '../core/node/config.ts';

/** In simulation every seed draws its own limits, so that rare paths are common: design section 6. */
export function drawConfig(seed: number, nodes: number, shards: number): RunConfig {
  const draw = createRandomStream(seed, 'limits', 'world', 0);
  // A stream of its own, so that every seed goes on to draw what it always drew.
  const kept = createRandomStream(seed, 'log limits', 'world', 0);
  const sessions = createRandomStream(seed, 'session limits', 'world', 0);
  const queues = createRandomStream(seed, 'queue limits', 'world', 0);
  const snapshots = createRandomStream(seed, 'snapshot limits', 'world', 0);
  const scrubs = createRandomStream(seed, 'scrub limits', 'world', 0);
  const gossip = createRandomStream(seed, 'gossip limits', 'world', 0);
  // Most seeds have room; in the others a queue is so short that it is often full.
  const shortened = (usual: number, min: number, max: number): number =>
    queues.chance(0.6) ? usual : queues.between(min, max);
  const base = PROFILES[draw.chance(0.7) ? 'classroom' : 'datacenter'];
  const { limits } = base;
  // Half of them so small that a short run flushes and compacts many times.
  const memTableBytesMax = draw.chance(0.5) ? draw.between(256, 2048) : draw.between(256, 65536);
  const l0CompactionTrigger = draw.between(2, 5);
  const l0SlowdownTrigger = l0CompactionTrigger + draw.between(0, 4);
  return {
    ...base,
    nodes,
    shards,
    limits: {
      ...limits,
      memTableBytesMax,
      pendingProposalsMax: shortened(limits.pendingProposalsMax, 1, 4),
      pendingProposalBytesMax: shortened(limits.pendingProposalBytesMax, 64, 4096),
      pendingReadsMax: shortened(limits.pendingReadsMax, 1, 3),
      logQueueBytesMax: shortened(limits.logQueueBytesMax, 64, 4096),
      applyBacklogMax: shortened(limits.applyBacklogMax, 1, 5),
      entriesPerAppendMax: draw.between(1, 64),
      bytesPerAppendMax: draw.between(256, 65536),
      inflightAppendsMax: draw.between(1, 64),
      blockBytes: draw.chance(0.5) ? 4096 : draw.between(64, 1024),
      blockCacheBytes: draw.chance(0.5) ? limits.blockCacheBytes : draw.between(0, 4096),
      sliceBytesMax: draw.chance(0.5) ? limits.sliceBytesMax : draw.between(1024, 16384),
      compactionStyle: draw.chance(0.7) ? 0 : draw.between(1, 2),
      l0CompactionTrigger,
      l0SlowdownTrigger,
      l0StopTrigger: l0SlowdownTrigger + draw.between(1, 4),
      levelBytesBase: memTableBytesMax * draw.between(1, 4),
      levelBytesRatio: draw.between(2, 10),
      tableBytesMax: draw.between(1024, 65536),
      // Half of them so few that who was away for a moment needs a snapshot.
      logKeptEntries: kept.chance(0.5) ? kept.between(0, 20) : kept.between(20, 1000),
      logSlackBytes: kept.chance(0.5) ? 0 : kept.between(0, 4096),
      // Half of them so few, or so short, that clients lose their sessions while they retry.
      sessionsMax: sessions.chance(0.5) ? limits.sessionsMax : sessions.between(1, 5),
      sessionIdleUsMax: sessions.chance(0.5) ? limits.sessionIdleUsMax : sessions.between(50_000, 4_000_000),
      // Half of them so slow that a snapshot takes long.
      snapshotBytesPerSecond: snapshots.chance(0.5) ? limits.snapshotBytesPerSecond : snapshots.between(4096, 65_536),
      // Half of them so short that a run sees many.
      scrubIntervalUs: scrubs.chance(0.5) ? limits.scrubIntervalUs : scrubs.between(0, 4_000_000),
      gossipIntervalUs: gossip.between(50_000, 1_000_000),
      gossipPeers: gossip.between(1, 3),
      phiFormula: gossip.between(0, PHI_FORMULAS.length - 1),
      // Half of them so small that a suspicion, and the end of one, come soon.
      phiThreshold: gossip.chance(0.5) ? limits.phiThreshold : gossip.between(2, 6),
      heartbeatTtlUs: gossip.chance(0.5) ? limits.heartbeatTtlUs : gossip.between(3_000_000, 20_000_000),
    },
    // A slow disk has a write pending at almost every moment, so that kills cut one.
    disk: draw.chance(0.3)
      ? { ...base.disk, syncUs: draw.between(5_000, 40_000), bytesPerSecond: draw.between(65_536, 33_554_432) }
      : base.disk,
    // Right clocks leave no doubt when a value must be gone; wrong ones let it go early and late, and try leases up to what they allow for.
    clocks: draw.chance(0.3)
      ? { rateErrorPpmMax: 0, wallOffsetUsMax: 0 }
      : { rateErrorPpmMax: draw.between(0, CLOCK_RATE_ERROR_PPM_MAX), wallOffsetUsMax: draw.between(0, 500_000) },
  };
}
