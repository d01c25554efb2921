import type { Micros, ShardId } from '../core/base/ids.ts';
import { shardName } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';
import { defineCommand, optional } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showTime } from './show.ts';
import { SHARD } from './value-types.ts';

export const REPAIR = defineCommand({
  verb: 'REPAIR',
  summary: 'Compares what the replicas of a shard hold, or of every shard, and repairs whoever a majority contradicts.',
  usage: 'REPAIR [s3]',
  example: 'REPAIR s3',
  notes: [
    'By Merkle roots behind one entry of the log. Who differs from a majority serves nothing until its rows are what they should be.',
    'Leaders do the same by themselves: CONFIG check.interval=30s, off = never. Where no majority agrees nothing is repaired.',
    'Rows of the eventual keyspace are compared as well, and exchanged both ways. They need no leader: after USE eventual it is they alone.',
  ],
  positionals: { shard: optional(SHARD) },
  options: {},
  run: ({ cluster, session }, { shard }) => {
    const isEventual = session.keyspace === 'eventual';
    return shard === undefined ? repairAll(cluster, isEventual) : repairOne(cluster, shard, isEventual);
  },
});

/** What was ordered of a shard. `strong`, `eventual`: why it was not, as a sentence without its full stop. */
interface Ordered {
  readonly timeUs: Micros;
  readonly strong?: string;
  readonly eventual?: string;
  /** Of the first refusal. */
  readonly code?: string;
}

/** Where the strong replicas cannot be compared, the eventual rows can. */
async function order(cluster: Cluster, shard: ShardId, isEventual: boolean): Promise<Ordered> {
  const both = isEventual ? undefined : await cluster.act({ type: 'Check', shard });
  if (both !== undefined && both.type !== 'Refused') return { timeUs: both.timeUs };
  const rest = await cluster.act({ type: 'Check', shard, keyspace: 'eventual' });
  const strong = both === undefined ? {} : { strong: both.text, code: both.code };
  return rest.type === 'Refused'
    ? { timeUs: 0, code: rest.code, eventual: rest.text, ...strong }
    : { timeUs: rest.timeUs, ...strong };
}

const TOLD = 'The feed tells what comes of it';

async function repairOne(cluster: Cluster, shard: ShardId, isEventual: boolean): Promise<CommandResult> {
  const { timeUs, strong, eventual, code = 'NotChecked' } = await order(cluster, shard, isEventual);
  if (eventual !== undefined) return refuse(code, `${strong ?? eventual}.${alsoRefused(strong, eventual)}`);
  const at = `at ${showTime(timeUs)}. ${TOLD}`;
  const name = shardName(shard);
  if (strong !== undefined)
    return succeed(
      `strong keyspace: not compared, ${strong}.\neventual keyspace: the replicas of ${name} compare their rows · ${at}`,
    );
  return succeed(
    `the replicas of ${name} ${isEventual ? 'compare their eventual rows' : 'say what they hold'} · ${at}`,
  );
}

async function repairAll(cluster: Cluster, isEventual: boolean): Promise<CommandResult> {
  const { config } = await cluster.run();
  const all: Ordered[] = [];
  for (let shard = 0; shard < config.shards; shard++) all.push(await order(cluster, shard as ShardId, isEventual));
  const refused = all.filter(({ eventual }) => eventual !== undefined);
  const half = all.filter(({ strong, eventual }) => strong !== undefined && eventual === undefined);
  const [first] = refused;
  if (first?.eventual !== undefined && refused.length === all.length)
    return refuse(
      'NotChecked',
      `No shard was checked: ${first.strong ?? first.eventual}.${alsoRefused(first.strong, first.eventual)}`,
    );
  const done = plural(all.length - refused.length, 'shard');
  const lastUs = Math.max(...all.map(({ timeUs }) => timeUs));
  const said =
    isEventual || half.length + refused.length === all.length ? 'compare their eventual rows' : 'say what they hold';
  const none =
    refused.length === 0
      ? ''
      : ` Not checked: ${refused.map(({ strong, eventual }) => strong ?? eventual).join('; ')}.`;
  const eventual =
    half.length === 0 ? '' : ` In the eventual keyspace alone: ${half.map(({ strong }) => strong).join('; ')}.`;
  return succeed(`the replicas of ${done} ${said} · at ${showTime(lastUs)}. ${TOLD}.${eventual}${none}`);
}

const alsoRefused = (strong: string | undefined, eventual: string): string =>
  strong === undefined || strong === eventual ? '' : ` In the eventual keyspace neither: ${eventual}.`;
