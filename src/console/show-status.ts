import { BREAKS } from '../core/cluster/break-words.ts';
import { replicationFactorOf } from '../core/cluster/placement.ts';
import { durabilityOf } from '../core/cluster/presets.ts';
import type { Durability } from '../core/cluster/run.ts';
import type {
  ClockSnapshot,
  DiskSnapshot,
  MoveSnapshot,
  NodeSnapshot,
  ShardSnapshot,
} from '../core/cluster/snapshot.ts';
import { BLANK_FOR_GOOD, META_LOST, STANDING_WORDS } from '../core/cluster/standing-words.ts';
import { showMembers } from './change-voters.ts';
import type { Cluster, HostReport } from './cluster.ts';
import { type CommandResult, succeed } from './result.ts';
import { eventualLines } from './run-eventual.ts';
import { EVENTUAL_DEFAULT, type Session } from './session.ts';
import { consistencyLines } from './set-consistency.ts';
import { plural, showClock, showSpeed, showTime } from './show.ts';

/** STATUS. `value` is the snapshot. */
export async function showStatus(cluster: Cluster, session: Session): Promise<CommandResult> {
  const [snapshot, { config }] = await Promise.all([cluster.snapshot(), cluster.run()]);
  const { mode, wantedSpeed, note } = cluster.transport();
  const host = cluster.host();
  const all = durabilityOf(config);
  const { writes, reads, keys, elections } = snapshot.counters;
  const paced = mode === 'playing' ? ` at speed ${showSpeed(wantedSpeed)}` : note === '' ? '' : ` (${note})`;
  const present = snapshot.nodes.filter(({ membership }) => membership !== 'left');
  const isMetaLost = snapshot.metaLost === true;
  const lines = [
    `time ${showTime(snapshot.timeMs * 1000)} · ${mode}${paced} · seed ${snapshot.seed} · run ${snapshot.runId} · digest ${snapshot.digest}`,
    ...snapshot.breaks.map((name) => `BROKEN ON PURPOSE: ${name} (${BREAKS[name].kind}). ${BREAKS[name].text}`),
    `${plural(present.length, 'node')} × ${plural(config.shards, 'shard')}, ${config.profile} · ${showHost(host, all)}`,
    ...(isMetaLost ? [META_LOST] : []),
    ...snapshot.nodes.map((node) => {
      const led = snapshot.shards.filter(({ leader }) => leader === node.id).map(({ id }) => id);
      const own = host.durability === 'none' || node.durability === all ? '' : ` · durability ${node.durability}`;
      return `${node.id}  ${nodeState(node, isMetaLost)}${clockText(node.clock)}${own} · boot ${node.boot}${led.length === 0 ? '' : ` · leads ${led.join(' ')}`}`;
    }),
    ...snapshot.shards.map((shard) => {
      const { id, leader, term, commitIndex, replicas, votersOutgoing, learners, move } = shard;
      const isPlain = votersOutgoing.length === 0 && learners.length === 0;
      const members = isPlain ? '' : ` · ${showMembers(shard)}`;
      return `${id}  ${leader === null ? 'no leader' : `leader ${leader}`} · term ${term} · commit ${commitIndex} · on ${replicas.join(' ')}${members}${quarantineText(shard)}${move === null ? '' : ` · ${moveText(move)}`}`;
    }),
    ...(session.keyspace === 'eventual'
      ? eventualLines(session.eventual ?? EVENTUAL_DEFAULT, replicationFactorOf(config))
      : consistencyLines(session)),
    `writes ${writes} · reads ${reads} · keys ${keys} · elections ${elections}`,
  ];
  return succeed(lines.join('\n'), snapshot);
}

function nodeState(node: NodeSnapshot, isMetaLost: boolean): string {
  const { state, recovering, crashReason, disk, membership, unreadable } = node;
  const process = crashReason !== null ? `crashed (${crashReason})` : recovering ? `${state}, recovering` : state;
  const troubles = diskTroubles(disk);
  const standing = membership === 'blank' && isMetaLost ? BLANK_FOR_GOOD : STANDING_WORDS[membership];
  const member = membership === 'normal' ? [] : [standing];
  const unread =
    unreadable.length === 0
      ? []
      : [`cannot read its ${unreadable.join(' ')}, and serves none of it until it is rebuilt`];
  return [process, ...member, ...unread, ...(troubles.length === 0 ? [] : [`disk ${troubles.join(', ')}`])].join(' · ');
}

const quarantineText = ({ quarantined = [] }: ShardSnapshot): string =>
  quarantined.length === 0 ? '' : ` · QUARANTINED, damaged and not repaired yet: ${quarantined.join(' ')}`;

/** `n4 for n2: catchUp`. */
function moveText({ to, from, stage }: MoveSnapshot): string {
  const who = to === null ? `${from} goes` : from === null ? `${to} comes` : `${to} for ${from}`;
  return `${who}: ${stage}`;
}

function clockText(clock: ClockSnapshot): string {
  const error = showClock(clock);
  return error === '' ? '' : ` · clock ${error}`;
}

function diskTroubles({ slowdown, full, failing, damage }: DiskSnapshot): readonly string[] {
  return [
    ...(slowdown > 1 ? [`${slowdown}× slow`] : []),
    ...(full ? ['full'] : []),
    ...(failing ? ['failing'] : []),
    ...(damage === null ? [] : [`damaged: ${damage}`]),
  ];
}

function showHost({ nodes, storage, durability, reason }: HostReport, asked: Durability): string {
  const promise = {
    strict: 'durability strict: survives the power',
    relaxed: 'durability relaxed: survives the process, not the power',
    none: 'survives a kill, not a reload',
  }[durability === 'none' ? durability : asked];
  return `${nodes} + ${storage}, ${promise}${reason === '' ? '' : ` (${reason})`}`;
}
