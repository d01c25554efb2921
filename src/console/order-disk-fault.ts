import type { Micros, NodeId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { exceedsDamageBudget } from '../core/cluster/damage-budget.ts';
import { decodeKey } from '../core/cluster/describe.ts';
import type { DamagedStore, DiskFault } from '../core/cluster/disk-fault.ts';
import type { ClusterSnapshot, NodeSnapshot } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';

const FACTOR = 20;

/** What DISK was given. */
export interface DiskWish {
  readonly fault: 'slow' | 'full' | 'fail' | 'torn' | 'corrupt' | 'ok';
  readonly store: DamagedStore | 'row' | undefined;
  readonly factor: number | undefined;
  readonly table: number | undefined;
  readonly key: Uint8Array | undefined;
  readonly drop: 'yes' | 'no' | undefined;
}

/** Carries DISK out, and says what will come of it and what helps; `code`: it was refused. Stands alone, so that its file is small. */
export async function orderDiskFault(
  cluster: Cluster,
  node: NodeId,
  wish: DiskWish,
): Promise<{ readonly text: string; readonly timeUs: Micros } | { readonly text: string; readonly code: string }> {
  const misfit = misfitOf(wish);
  if (misfit !== undefined) return { code: 'BadOption', text: misfit };
  if (wish.store === 'row') return damageRow(cluster, node, wish);
  const before = await cluster.snapshot();
  const action = actionOf(node, wish);
  const result = await cluster.act(action);
  if (result.type === 'Refused')
    return { code: result.code, text: `${result.text}. DISK n${node} corrupt log always finds something.` };
  const text =
    action.type === 'Disk'
      ? textOf(action.fault, `n${node}`, before, await cluster.snapshot())
      : tornText(`n${node}`, before);
  return { text, timeUs: result.timeUs };
}

/** What was given and does not belong to this fault. */
function misfitOf({ fault, store, factor, table, key, drop }: DiskWish): string | undefined {
  if (factor !== undefined && fault !== 'slow') return `factor= belongs to DISK … slow, not to ${fault}.`;
  if (fault !== 'corrupt' && (store !== undefined || table !== undefined))
    return `${store ?? 'table='} belongs to DISK … corrupt, not to ${fault}.`;
  if (table !== undefined && (store === 'log' || store === 'manifest'))
    return `table= names a table: it goes with sst or sstmeta, not with ${store}.`;
  if (store === 'row' && key === undefined)
    return 'corrupt row needs to know which one: DISK n2 corrupt row key=user:42.';
  if (store === 'row' && table !== undefined) return 'table= names a table: a row is named by key=.';
  if (store !== 'row' && (key !== undefined || drop !== undefined))
    return `${key === undefined ? 'drop=' : 'key='} belongs to DISK … corrupt row.`;
  return undefined;
}

/** Whether anything is stored under the key only the node knows: it tells right after. */
async function damageRow(
  cluster: Cluster,
  node: NodeId,
  { key, drop }: DiskWish,
): Promise<{ readonly text: string; readonly timeUs: Micros } | { readonly text: string; readonly code: string }> {
  if (key === undefined) return { code: 'MissingArgument', text: 'corrupt row needs key=.' };
  const damage = drop === 'yes' ? 'drop' : 'change';
  const result = await cluster.act({ type: 'DamageRow', node, key, damage });
  if (result.type === 'Refused') return { code: result.code, text: `${result.text}.` };
  const what = drop === 'yes' ? 'holds nothing' : 'holds another value';
  const text = `n${node} ${what} under ${decodeKey(key)} now, if it had one: no checksum is broken, and no other replica is touched. REPAIR finds it`;
  return { text, timeUs: result.timeUs };
}

/** A torn record is a moment, not a condition of the disk. */
function actionOf(node: NodeId, wish: DiskWish): Extract<Action, { readonly type: 'Disk' | 'CrashAt' }> {
  const { fault } = wish;
  if (fault === 'torn') return { type: 'CrashAt', node, point: 'mid commit' };
  return { type: 'Disk', node, fault: faultOf({ ...wish, fault }) };
}

interface FaultWish extends DiskWish {
  readonly fault: Exclude<DiskWish['fault'], 'torn'>;
}

function faultOf({ fault, store, factor, table }: FaultWish): DiskFault {
  switch (fault) {
    case 'slow':
      return { type: 'Slow', factor: factor ?? FACTOR };
    case 'full':
      return { type: 'Full' };
    case 'fail':
      return { type: 'Fail' };
    case 'corrupt':
      return { type: 'Corrupt', store: storeOf(store, table), fileNumber: table };
    case 'ok':
      return { type: 'Ok' };
  }
}

function storeOf(store: DiskWish['store'], table: number | undefined): DamagedStore {
  return store === undefined || store === 'row' ? (table === undefined ? 'log' : 'sst') : store;
}

function textOf(fault: DiskFault, name: string, before: ClusterSnapshot, after: ClusterSnapshot): string {
  const node = nodeIn(after, name);
  const down = node?.state === 'down';
  switch (fault.type) {
    case 'Slow':
      return `${name}'s disk takes ${fault.factor} times as long for everything. DISK ${name} ok ends that`;
    case 'Full':
      return `${name}'s disk is full: it accepts no writes${down ? '' : `, and ${name} goes down at its next one`}${ledBy(before, name)}. DISK ${name} ok makes room`;
    case 'Fail':
      return `The next write of ${name}'s disk will be aborted, and ${name} goes down with it. REVIVE ${name} starts it again`;
    case 'Corrupt':
      return `${damageText(fault.store, name, node)}${warning(before, name)}`;
    case 'Ok':
      return `${name}'s disk is fast, has room and writes${remains(name, node)}`;
  }
}

function tornText(name: string, before: ClusterSnapshot): string {
  const down = nodeIn(before, name)?.state === 'down';
  const when = `${name} goes down in the middle of its next write to the log${down ? ' after REVIVE' : ''}`;
  return `${when}: half of a record will be on its disk. REVIVE ${name} finds the torn record and leaves it out; DISK ${name} ok calls this off`;
}

const nodeIn = (snapshot: ClusterSnapshot, name: string): NodeSnapshot | undefined =>
  snapshot.nodes.find(({ id }) => id === name);

function ledBy({ shards }: ClusterSnapshot, name: string): string {
  const led = shards.filter(({ leader }) => leader === name).map(({ id }) => id);
  if (led.length === 0) return '';
  return `; it leads ${led.length > 8 ? `${led.length} shards` : led.join(' ')}, which others take over then`;
}

function damageText(store: DamagedStore, name: string, node: NodeSnapshot | undefined): string {
  if (node?.state === 'down') return `One bit of ${name}'s ${store} will be flipped before ${name} starts again`;
  const what = `One bit is flipped${store === 'sst' && node?.disk.isMendable === false ? '' : `: ${node?.disk.damage}`}`;
  if (store === 'sst')
    return `${what}. Where ${name} reads it, that replica serves nobody until it is rebuilt from the others. SCRUB ${name} reads everything`;
  return `${what}. ${name} goes down when it reads it, KILL and REVIVE make it read`;
}

/** A person may damage more than a cluster can bear, and is told. */
function warning({ nodes, shards }: ClusterSnapshot, name: string): string {
  const damaged = new Set(nodes.filter(({ disk }) => disk.damage !== null).map(({ id }) => id));
  const replicas = shards.map((shard) => shard.replicas);
  if (!exceedsDamageBudget(replicas, damaged, name)) return '';
  return '. Warning: half of the replicas of a shard or more are damaged now, so acknowledged writes may be lost for good';
}

function remains(name: string, node: NodeSnapshot | undefined): string {
  const damage = node?.disk.damage ?? null;
  if (damage !== null && node?.disk.isMendable === true)
    return `. What is damaged stays so (${damage}) until SCRUB ${name} finds it`;
  if (damage !== null) return `. What is damaged stays so (${damage}): only RESET mends it`;
  return node?.state === 'down' ? `. REVIVE ${name} starts it again` : '';
}
