import { LIVE_BREAKS } from '../core/base/breaks.ts';
import type { NodeId } from '../core/base/ids.ts';
import { EVENTUAL_LEVELS, isQuorumRead, type Operation, READ_LEVELS, WRITE_LEVELS } from '../core/client/operation.ts';
import type { BootEnding, LinkSettings } from '../core/cluster/action.ts';
import { EVEN_REPLICATION_FACTOR } from '../core/cluster/break.ts';
import { CRASH_POINTS, DAMAGED_STORES, SLOWDOWN_MAX } from '../core/cluster/disk-fault.ts';
import { nodesAfter } from '../core/cluster/node-list.ts';
import { REPLICATION_FACTOR } from '../core/cluster/placement.ts';
import { NODES_MAX, NODES_MIN, PROFILES, SHARD_COUNTS } from '../core/cluster/presets.ts';
import {
  type ClockConfig,
  type DiskConfig,
  DURABILITIES,
  ENGINE_VERSION,
  type NetworkConfig,
  type RunConfig,
  type RunHeader,
  type SavedRun,
} from '../core/cluster/run.ts';
import { COMPACTION_STYLES } from '../core/lsm/compaction-style.ts';
import { LEVELS } from '../core/lsm/levels.ts';
import {
  PHI_FORMULAS,
  PHI_THRESHOLD_MAX,
  PHI_THRESHOLD_MIN,
  PHI_WINDOW_MAX,
  type PhiLimits,
} from '../core/membership/options.ts';
import { VNODES_MAX } from '../core/meta/apply-setting.ts';
import { META_GROUP } from '../core/meta/meta-state.ts';
import { batchFault } from '../core/node/batch.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_ITEMS_MAX,
  CHECK_INTERVAL_US_MAX,
  CLOCK_RATE_ERROR_PPM_MAX,
  DOWN_AFTER_US_MAX,
  DOWN_AFTER_US_MIN,
  KEY_BYTES_MAX,
  type NodeLimits,
  SCAN_LIMIT_MAX,
  TTL_US_MAX,
  TTL_US_MIN,
  VALUE_BYTES_MAX,
} from '../core/node/config.ts';
import type { KeyWrite } from '../core/node/message.ts';
import { CLOCK_MODES, CONFLICTS } from '../core/replication/choices.ts';
import { parseContextToken } from '../core/replication/context-token.ts';
import { atTime, compareKeys, keyOfPlace } from './event-key.ts';
import {
  arrayOf,
  BOOLEAN,
  bytes,
  type Check,
  type Every,
  integer,
  matching,
  number,
  oneOf,
  optional,
  record,
  refuse,
  tagged,
} from './validate-value.ts';

const MIB = 1024 * 1024;
/** A year. No run is longer, and every sum of times stays far from 2^53. */
const TIME_US_MAX = 31_536_000_000_000;
/** What the console takes for one delay. */
const DURATION_US_MAX = 60_000_000;
const CLOCK_OFFSET_US_MAX = 3_600_000_000;
const TIMEOUT_US_MAX = 600_000_000;

const time = integer(0, TIME_US_MAX);
const duration = integer(0, DURATION_US_MAX);
/** What an actor or a process counts; one more is still a whole number. */
const counter = integer(0, Number.MAX_SAFE_INTEGER - 1);
const actor = integer(1, 65_535);
const chance = number(0, 1);
const clientName = matching(/^(?![ns]\d+$)[a-z][a-z0-9-]{0,15}$/, 'a client name');
const actorName = matching(/^(?:n[1-9]\d?|(?![ns]\d+$)[a-z][a-z0-9-]{0,15})$/, 'a node or client name');
/** A node that this cluster lacks is refused by the run itself, as it was when the action was given. */
const SHARD_MAX = Math.max(...SHARD_COUNTS) - 1;
const anyNode = integer(1, NODES_MAX);
const shardOrMeta: Check = (given, at) => {
  if (given !== META_GROUP) integer(0, SHARD_MAX)(given, at);
};

// `satisfies`: a field that is added to the configuration and not checked here would make every saved run unreadable.
const network = {
  delayUs: duration,
  jitterUs: duration,
  drop: chance,
  duplicate: chance,
  reorder: chance,
} satisfies Every<NetworkConfig>;
const linkSettings = {
  delayUs: optional(duration),
  jitterUs: optional(duration),
  drop: optional(chance),
  duplicate: optional(chance),
  reorder: optional(chance),
} satisfies Every<LinkSettings>;

const compactionStyle = integer(0, COMPACTION_STYLES.length - 1);

const phiLimits = {
  phiThreshold: number(PHI_THRESHOLD_MIN, PHI_THRESHOLD_MAX),
  phiWindow: integer(1, PHI_WINDOW_MAX),
  phiFormula: integer(0, PHI_FORMULAS.length - 1),
} satisfies Every<PhiLimits>;

const limits = {
  heartbeatIntervalUs: integer(1000, DURATION_US_MAX),
  electionTimeoutUsMin: integer(1000, DURATION_US_MAX),
  electionTimeoutUsMax: integer(1000, DURATION_US_MAX),
  entriesPerAppendMax: integer(1, 1_000_000),
  bytesPerAppendMax: integer(1, 1024 * MIB),
  inflightAppendsMax: integer(1, 1_000_000),
  pendingProposalsMax: integer(1, 1_000_000),
  pendingProposalBytesMax: integer(1, 1024 * MIB),
  pendingReadsMax: integer(1, 1_000_000),
  logQueueBytesMax: integer(1, 1024 * MIB),
  applyBacklogMax: integer(1, 1_000_000),
  memTableBytesMax: integer(1, 1024 * MIB),
  blockBytes: integer(64, MIB),
  blockCacheBytes: integer(0, 1024 * MIB),
  bloomBitsPerKey: integer(1, 64),
  sliceBytesMax: integer(1024, 1024 * MIB),
  compactionStyle,
  l0CompactionTrigger: integer(1, 1000),
  l0SlowdownTrigger: integer(1, 1_000_000),
  l0StopTrigger: integer(1, 1_000_000),
  levelBytesBase: integer(1, 1024 * MIB),
  levelBytesRatio: integer(2, 100),
  tableBytesMax: integer(1024, 1024 * MIB),
  logKeptEntries: integer(0, 1_000_000_000),
  sessionsMax: integer(1, 1_000_000),
  sessionIdleUsMax: integer(1, TIME_US_MAX),
  logSlackBytes: integer(0, 1024 * MIB),
  downAfterUs: integer(1000, TIME_US_MAX),
  snapshotBytesPerSecond: integer(1, 1024 * MIB),
  checkIntervalUs: integer(0, CHECK_INTERVAL_US_MAX),
  conflicts: integer(0, CONFLICTS.length - 1),
  clockMode: integer(0, CLOCK_MODES.length - 1),
  scrubIntervalUs: integer(0, TIME_US_MAX),
  gossipIntervalUs: integer(1000, DURATION_US_MAX),
  gossipPeers: integer(1, 100),
  ...phiLimits,
  heartbeatTtlUs: integer(1000, TIME_US_MAX),
} satisfies Every<NodeLimits>;

const header = record<RunHeader>({
  engineVersion: integer(ENGINE_VERSION, ENGINE_VERSION),
  runId: matching(/^.{1,100}$/s, 'a text of 1 to 100 characters'),
  seed: integer(0, Number.MAX_SAFE_INTEGER),
  config: record<RunConfig>({
    nodes: integer(NODES_MIN, NODES_MAX),
    shards: oneOf(SHARD_COUNTS),
    replicationFactor: optional(oneOf([REPLICATION_FACTOR, EVEN_REPLICATION_FACTOR])),
    profile: oneOf(Object.keys(PROFILES)),
    vnodes: integer(1, 1000),
    limits: record(limits),
    network: record(network),
    disk: record<DiskConfig>({
      syncUs: duration,
      blockReadUs: duration,
      bytesPerSecond: integer(1, 1024 * 1024 * MIB),
      durability: optional(oneOf(DURABILITIES)),
    }),
    clocks: record<ClockConfig>({
      rateErrorPpmMax: integer(0, CLOCK_RATE_ERROR_PPM_MAX),
      wallOffsetUsMax: integer(0, CLOCK_OFFSET_US_MAX),
    }),
  }),
});

const key = bytes(1, KEY_BYTES_MAX);
const value = bytes(0, VALUE_BYTES_MAX);
const ttl = integer(TTL_US_MIN, TTL_US_MAX);

const readGround = oneOf(['lease', 'index']);
const readLevel = oneOf(READ_LEVELS);
const writeLevel = optional(oneOf(WRITE_LEVELS));

/** As `EventualWrite.context` has it. */
const context: Check = (value, at) => {
  const isContext = typeof value === 'string' && (value === '' || parseContextToken(value) !== undefined);
  if (!isContext) refuse(at, 'a context as a read gives it', value);
};

const keyWrite = {
  Put: { key, value, ttlUs: optional(ttl) },
  Delete: { key },
  Cas: { key, expected: optional(value), value, ttlUs: optional(ttl) },
};

/** What a single field cannot tell, neither a client nor a node would take. Keys of several shards are refused by the run itself. */
const batchItems: Check = (items, at) => {
  arrayOf(tagged(keyWrite))(items, at);
  const fault = batchFault(items as readonly KeyWrite[]);
  if (fault !== undefined)
    refuse(at, `1 to ${BATCH_ITEMS_MAX} writes of different keys, ${BATCH_BYTES_MAX} bytes`, fault);
};

const operationFields = tagged({
  Put: { ...keyWrite.Put, write: writeLevel },
  Delete: { ...keyWrite.Delete, write: writeLevel },
  Cas: { ...keyWrite.Cas, write: optional(oneOf([2, 3])) },
  Get: { key, read: optional(readLevel) },
  Batch: { items: batchItems, write: writeLevel },
  Scan: {
    from: bytes(0, KEY_BYTES_MAX),
    to: optional(bytes(0, KEY_BYTES_MAX)),
    limit: integer(1, SCAN_LIMIT_MAX),
    reverse: optional(BOOLEAN),
    read: optional(readGround),
  },
  EventualWrite: {
    key,
    value: optional(value),
    ttlUs: optional(ttl),
    w: oneOf(EVENTUAL_LEVELS),
    sloppy: BOOLEAN,
    context: optional(context),
  },
  EventualRead: { key, r: oneOf(EVENTUAL_LEVELS), sloppy: BOOLEAN },
});

const operation: Check = (value, at) => {
  operationFields(value, at);
  const { type, write, items } = value as { type: string; write?: number; items?: readonly KeyWrite[] };
  const hasCas = type === 'Batch' && items?.some((item) => item.type === 'Cas');
  if (write === 1 && hasCas) refuse(at, 'write 2 or 3 where there is a Cas', '1');
};

/** A quorum is not at one node. */
const aimed: Check = (value, at) => {
  const { type, operation, options } = value as { type: string; operation: Operation; options: { via?: NodeId } };
  if (type === 'Operate' && options.via !== undefined && isQuorumRead(operation))
    refuse(`${at}.options.via`, 'absent where several nodes are asked', options.via);
};

const diskFault = tagged({
  Slow: { factor: number(1, SLOWDOWN_MAX) },
  Full: {},
  Fail: {},
  Corrupt: { store: oneOf(DAMAGED_STORES), fileNumber: optional(integer(1, 0xffffffff)) },
  Ok: {},
});

const SETTINGS: ReadonlyMap<string, Check> = new Map([
  ['link.delay', duration],
  ['link.jitter', duration],
  ['link.drop', chance],
  ['link.dup', chance],
  ['link.reorder', chance],
  ['disk.sync', duration],
  ['durability', integer(0, DURABILITIES.length - 1)],
  ['compaction', compactionStyle],
  ['phi.threshold', phiLimits.phiThreshold],
  ['phi.window', phiLimits.phiWindow],
  ['phi.formula', phiLimits.phiFormula],
  ['down.after', integer(DOWN_AFTER_US_MIN, DOWN_AFTER_US_MAX)],
  ['check.interval', integer(0, CHECK_INTERVAL_US_MAX)],
  ['scrub.interval', integer(0, CHECK_INTERVAL_US_MAX)],
  ['vnodes', integer(1, VNODES_MAX)],
]);

const ending = record<BootEnding>({
  node: anyNode,
  boot: integer(0, 0xfffffffe),
  transactions: counter,
  incarnation: optional(integer(2, 0xffff)),
});

const taggedAnd =
  (also: Check, variants: Parameters<typeof tagged>[0]): Check =>
  (value, at) => {
    tagged(variants)(value, at);
    also(value, at);
  };

const timedAction = record({
  timeUs: time,
  after: optional(record({ target: actor, origin: actor, sequence: counter })),
  action: taggedAnd(aimed, {
    Operate: {
      client: clientName,
      operation,
      options: record({ timeoutUs: integer(1, TIMEOUT_US_MAX), via: optional(anyNode) }),
    },
    Kill: { node: anyNode },
    Revive: { node: anyNode },
    Freeze: { node: anyNode },
    Thaw: { node: anyNode },
    Clock: {
      node: anyNode,
      offsetUs: optional(integer(-CLOCK_OFFSET_US_MAX, CLOCK_OFFSET_US_MAX)),
      ratePpm: optional(integer(-1_000_000 + 1, 1_000_000)),
    },
    Partition: { groups: arrayOf(arrayOf(actorName)) },
    Cut: { from: actorName, to: actorName, bothWays: BOOLEAN },
    Isolate: { actor: actorName },
    Heal: { actor: optional(actorName) },
    HealLink: { from: actorName, to: actorName, bothWays: BOOLEAN },
    Link: { from: actorName, to: actorName, bothWays: BOOLEAN, settings: record(linkSettings) },
    Disk: { node: anyNode, fault: diskFault },
    CrashAt: { node: anyNode, point: oneOf(CRASH_POINTS) },
    Configure: { name: oneOf([...SETTINGS.keys()]), value: number(0, DURATION_US_MAX), node: optional(anyNode) },
    Break: { name: oneOf(LIVE_BREAKS), on: BOOLEAN },
    Deliver: { from: actorName, to: actorName, sequence: counter },
    Drop: { from: actorName, to: actorName, sequence: counter },
    Delay: { from: actorName, to: actorName, sequence: counter, byUs: integer(1, DURATION_US_MAX) },
    CompleteWrite: { node: anyNode, sequence: counter },
    Flush: { node: anyNode },
    Scrub: { node: anyNode },
    Transfer: { shard: integer(0, SHARD_MAX), to: anyNode },
    Reconfigure: { shard: integer(0, SHARD_MAX), voters: arrayOf(anyNode), learners: arrayOf(anyNode) },
    Compact: { node: anyNode, level: optional(integer(0, LEVELS - 2)) },
    Add: {},
    Remove: { node: anyNode },
    Wipe: { node: anyNode, force: BOOLEAN },
    Check: { shard: integer(0, SHARD_MAX), keyspace: optional(oneOf(['eventual'])) },
    DamageRow: { node: anyNode, key, damage: oneOf(['change', 'drop']) },
    CancelMove: { shard: shardOrMeta },
    Reload: { endings: arrayOf(ending) },
    Died: {
      node: anyNode,
      reason: matching(/^.{0,10000}$/s, 'a text of at most 10000 characters'),
      steps: counter,
      ending,
    },
  }),
});

/** @throws SyntaxError that names the first place where `run` is not a saved run of this engine version, and what belongs there. */
export function validateRun(run: unknown): SavedRun {
  if (typeof run !== 'object' || run === null || (run as Partial<SavedRun>).format !== 'ringside-run')
    throw new SyntaxError('not a saved Ringside run');
  const { header: head } = run as { readonly header?: unknown };
  const version = (head as { readonly engineVersion?: unknown } | null | undefined)?.engineVersion;
  // Before all else: what another version wrote may differ in any other field.
  if (Number.isInteger(version) && version !== ENGINE_VERSION)
    throw new SyntaxError(`the run was saved by engine version ${version}; this is version ${ENGINE_VERSION}`);
  header(head, 'header');
  record({
    format: oneOf(['ringside-run']),
    header,
    actions: arrayOf(timedAction),
    endUs: time,
    digest: matching(/^[0-9a-f]{16}$/, '16 hexadecimal digits'),
  })(run, 'run');
  const saved = run as SavedRun;
  checkLimits(saved);
  checkActions(saved);
  return saved;
}

function checkLimits({ header: { config } }: SavedRun): void {
  const { heartbeatIntervalUs, electionTimeoutUsMin, electionTimeoutUsMax } = config.limits;
  if (electionTimeoutUsMax < electionTimeoutUsMin)
    refuse('header.config.limits.electionTimeoutUsMax', 'not less than electionTimeoutUsMin', electionTimeoutUsMax);
  if (heartbeatIntervalUs >= electionTimeoutUsMin)
    refuse('header.config.limits.heartbeatIntervalUs', 'less than electionTimeoutUsMin', heartbeatIntervalUs);
  const { l0CompactionTrigger, l0SlowdownTrigger, l0StopTrigger } = config.limits;
  if (l0SlowdownTrigger < l0CompactionTrigger)
    refuse('header.config.limits.l0SlowdownTrigger', 'not less than l0CompactionTrigger', l0SlowdownTrigger);
  if (l0StopTrigger < l0SlowdownTrigger)
    refuse('header.config.limits.l0StopTrigger', 'not less than l0SlowdownTrigger', l0StopTrigger);
}

/** What a single field cannot tell. */
function checkActions({ header: { config }, actions }: SavedRun): void {
  let last = atTime(0);
  // Endings touch disks, so that they must be of nodes that exist by then.
  const checkNode = (node: NodeId, before: number, at: string): void =>
    integer(1, nodesAfter(config, actions.slice(0, before)).length)(node, at);
  actions.forEach((timed, i) => {
    const { action } = timed;
    const at = `actions[${i}]`;
    const key = keyOfPlace(timed);
    if (compareKeys(key, last) < 0)
      throw new SyntaxError(`the actions of a saved run must be in the order of time: ${at} is not`);
    last = key;
    if (action.type === 'Configure') SETTINGS.get(action.name)?.(action.value, `${at}.action.value`);
    if (action.type === 'Died' && action.ending.node !== action.node)
      refuse(`${at}.action.ending.node`, `${action.node}`, action.ending.node);
    if (action.type === 'Died') checkNode(action.node, i, `${at}.action.node`);
    if (action.type !== 'Reload') return;
    action.endings.forEach(({ node }, place) => {
      checkNode(node, i, `${at}.action.endings[${place}].node`);
    });
    const nodes = new Set(action.endings.map((ending) => ending.node));
    if (nodes.size !== action.endings.length)
      throw new SyntaxError(`${at}.action.endings must have at most one ending per node`);
  });
}
