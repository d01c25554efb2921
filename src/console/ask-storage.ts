import type { NodeId } from '../core/base/ids.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { LevelReport, TableReport } from '../core/lsm/engine-report.ts';
import { shardOfKey, userKeyOf } from '../core/lsm/internal-key.ts';
import { SYSTEM_KEYSPACE } from '../core/node/keyspace.ts';
import type { StorageReport } from '../core/node/storage-report.ts';
import type { Cluster } from './cluster.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { bytesToText, plural, showDuration, showSize, showTime } from './show.ts';

/** Tables listed of one level; the rest is counted. */
const TABLES_SHOWN = 8;
const KEY_SHOWN_MAX = 24;

/** Why a node told nothing of its storage. */
async function notTold(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const name = nodeName(node);
  const { nodes } = await cluster.snapshot();
  if (nodes.find(({ id }) => id === name)?.state === 'up')
    return refuse(
      'NotFetched',
      `The worker of ${name} cannot load the part of its engine that tells of its storage (offline, or replaced by another version). Reload the page: the data stays.`,
    );
  return refuse('NotRunning', `${name} is not running: its storage cannot be asked. REVIVE ${name} starts it.`);
}

/** FLUSH. */
export async function flush(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const before = await cluster.storage(node);
  if (before === undefined) return await notTold(cluster, node);
  const { entries, bytes } = before.engine.memTable;
  const name = nodeName(node);
  if (entries === 0) return refuse('NothingToDo', `The MemTable of ${name} is empty: there is nothing to flush.`);
  const result = await cluster.act({ type: 'Flush', node });
  if (result.type === 'Refused') return refuse(result.code, result.text);
  return succeed(
    `${name} flushes ${plural(entries, 'entry', 'entries')}, ${showSize(bytes)}, to level 0 · at ${showTime(result.timeUs)}`,
  );
}

/** COMPACT. */
export async function compact(cluster: Cluster, node: NodeId, level: number | undefined): Promise<CommandResult> {
  const before = await cluster.storage(node);
  if (before === undefined) return await notTold(cluster, node);
  const name = nodeName(node);
  const { style, levels, memTable } = before.engine;
  if (style === 'fifo')
    return refuse('NothingToDo', 'Fifo compaction merges nothing. CONFIG compaction=leveled or universal does.');
  const meant = level === undefined || style === 'universal' ? levels : levels.slice(level, level + 1);
  const tables = meant.reduce((sum, each) => sum + each.tables.length, 0);
  const withMemTable = (level === undefined || level === 0) && memTable.entries > 0;
  if (tables === 0 && !withMemTable)
    return refuse(
      'NothingToDo',
      `${name} has no table ${level === undefined ? 'yet' : `in level ${level}`}. FLUSH ${name} makes one.`,
    );
  const result = await cluster.act({ type: 'Compact', node, level });
  if (result.type === 'Refused') return refuse(result.code, result.text);
  const what = [withMemTable ? 'its MemTable' : '', tables > 0 ? plural(tables, 'table') : '']
    .filter(Boolean)
    .join(' and ');
  const where = level === undefined || style === 'universal' ? '' : ` into level ${level + 1}`;
  return succeed(`${name} merges ${what}${where} · at ${showTime(result.timeUs)}`);
}

/** SCRUB. */
export async function scrub(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const before = await cluster.storage(node);
  if (before === undefined) return await notTold(cluster, node);
  const name = nodeName(node);
  const tables = before.engine.levels.flatMap((level) => level.tables);
  if (tables.length === 0)
    return refuse('NothingToDo', `${name} has no table yet: there is no block to read. FLUSH ${name} makes one.`);
  const result = await cluster.act({ type: 'Scrub', node });
  if (result.type === 'Refused') return refuse(result.code, result.text);
  const blocks = tables.reduce((sum, table) => sum + table.blocks, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return succeed(
    `${name} reads ${plural(blocks, 'block')}, ${showSize(bytes)}, from its disk; the feed tells what it finds · at ${showTime(result.timeUs)}`,
  );
}

/** SST. `value` is the report. */
export async function showStorage(cluster: Cluster, node: NodeId): Promise<CommandResult> {
  const report = await cluster.storage(node);
  if (report === undefined) return await notTold(cluster, node);
  const { engine, log } = report;
  const { memTable, immutable, levels } = engine;
  const stall = engine.stall === 'none' ? '' : ` · writes ${engine.stall}`;
  const lines = [
    `${nodeName(node)}  compaction ${engine.style}${stall} · log ${plural(log.records, 'record')}, ${showSize(log.bytes)}`,
    `MemTable  ${plural(memTable.entries, 'entry', 'entries')} of ${plural(memTable.keys, 'key', 'keys')}, ${showSize(memTable.bytes)} of ${showSize(memTable.bytesMax)}`,
    ...(immutable === undefined
      ? []
      : [
          `immutable MemTable  ${plural(immutable.entries, 'entry', 'entries')}, ${showSize(immutable.bytes)}, being flushed`,
        ]),
    ...levels.filter(({ tables }) => tables.length > 0).flatMap(levelLines),
    ...(levels.every(({ tables }) => tables.length === 0) ? ['no tables yet'] : []),
    ...costLines(report),
  ];
  return succeed(lines.join('\n'), report);
}

function levelLines({ level, tables, bytes, bytesTarget, score }: LevelReport): readonly string[] {
  const target = bytesTarget === undefined ? '' : ` of ${showSize(bytesTarget)}`;
  const due = score >= 1 ? ' · due for compaction' : '';
  const hidden = tables.length - TABLES_SHOWN;
  return [
    `L${level}  ${plural(tables.length, 'table')}, ${showSize(bytes)}${target}${due}`,
    ...tables.slice(0, TABLES_SHOWN).map(tableLine),
    ...(hidden > 0 ? [`  … ${hidden} more`] : []),
  ];
}

function tableLine(table: TableReport): string {
  const { fileNumber, bytes, entries, tombstones, smallestKey, largestKey, beingCompacted } = table;
  const dead = tombstones === 0 ? '' : `, ${plural(tombstones, 'tombstone')}`;
  const keys = `${showKey(smallestKey)} … ${showKey(largestKey)}`;
  return `  #${fileNumber}  ${plural(entries, 'entry', 'entries')}${dead}, ${showSize(bytes)}  ${keys}${beingCompacted ? '  being merged' : ''}`;
}

function costLines({ engine, stalledUs }: StorageReport): readonly string[] {
  const { statistics: s } = engine;
  const stalls = s.delays + s.stops;
  return [
    `written ${showSize(s.bytesWritten)} · flushed ${showSize(s.bytesFlushed)} in ${plural(s.flushes, 'table')} · ` +
      `merged ${showSize(s.bytesCompactedRead)} into ${showSize(s.bytesCompactedWritten)} in ${plural(s.compactions, 'compaction')}, ` +
      `${plural(s.entriesDropped, 'entry', 'entries')} dropped`,
    `amplification: write ${s.writeAmplification.toFixed(1)} · read ${plural(s.readAmplification, 'place')} · space ${s.spaceAmplification.toFixed(1)}`,
    ...(stalls === 0 ? [] : [`writes were held back ${plural(stalls, 'time')}, ${showDuration(stalledUs)}`]),
  ];
}

/** `s3/user:42`; rows of the node itself are in brackets. */
function showKey(key: Uint8Array): string {
  const shard = shardName(shardOfKey(key));
  if (key[0] === SYSTEM_KEYSPACE) return `${shard}/(sessions)`;
  const text = [...bytesToText(userKeyOf(key))];
  return `${shard}/${text.slice(0, KEY_SHOWN_MAX).join('')}${text.length > KEY_SHOWN_MAX ? '…' : ''}`;
}
