import { EVEN_REPLICATION_FACTOR } from '../core/cluster/break.ts';
import { REPLICATION_FACTOR } from '../core/cluster/placement.ts';
import { TAB_NODES_MAX } from '../core/cluster/presets.ts';
import type { RunConfig } from '../core/cluster/run.ts';
import type { Cluster } from './cluster.ts';
import { type Command, defineCommand, optional } from './command.ts';
import { fetched } from './fetched.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural } from './show.ts';
import { integerBetween, oneOf } from './value-types.ts';

/** SAVE and LOAD, fetched when one of them is first given. */
const runFile = () => fetched(import('./run-file.ts'));

const SEED_MAX = 4_294_967_295;

export const RUN_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'SEED',
    summary: 'Starts a new run from this seed, all else as it is; alone it tells the present seed.',
    example: 'SEED 42',
    notes: ['The same seed, configuration and actions give the same run, everywhere.'],
    positionals: { seed: optional(integerBetween(0, SEED_MAX, 'BadArgument')) },
    options: {},
    run: async ({ cluster }, { seed }) => {
      if (seed !== undefined) return reset(cluster, seed, {});
      const run = await cluster.run();
      return succeed(`Seed ${run.seed}`, run.seed);
    },
  }),
  defineCommand({
    verb: 'RESET',
    summary: 'Starts a new run with empty disks; what the present one stored is deleted.',
    example: 'RESET nodes=5 shards=16 seed=7',
    notes: [
      'What is not given stays as it is. replicas=4 gives each shard an even number of voters: broken on purpose (BREAK). It needs nodes=4.',
    ],
    positionals: {},
    options: {
      nodes: integerBetween(1, TAB_NODES_MAX, 'BadOption'),
      shards: oneOf([1, 8, 16, 64, 256]),
      replicas: oneOf([REPLICATION_FACTOR, EVEN_REPLICATION_FACTOR]),
      profile: oneOf(['classroom', 'datacenter']),
      seed: integerBetween(0, SEED_MAX, 'BadOption'),
    },
    run: async ({ cluster, topology }, _, { nodes, shards, replicas, profile, seed }) => {
      const nodesThen = nodes ?? topology.nodes.length;
      if (replicas === EVEN_REPLICATION_FACTOR && nodesThen < replicas) return tooFewNodes(nodesThen);
      return reset(cluster, seed, {
        ...(replicas === undefined ? {} : { replicationFactor: replicas }),
        ...(nodes === undefined ? {} : { nodes }),
        ...(shards === undefined ? {} : { shards }),
        ...(profile === undefined ? {} : { profile }),
      });
    },
  }),
  defineCommand({
    verb: 'SAVE',
    summary: 'Saves the run to a file: seed, configuration and actions, from which it can be replayed anywhere.',
    example: 'SAVE',
    positionals: {},
    options: {},
    run: async (context) => (await runFile()).save(context),
  }),
  defineCommand({
    verb: 'LOAD',
    summary:
      'Replays a saved run from a file and compares the digests. The present run is deleted at once: SAVE it first.',
    example: 'LOAD',
    positionals: {},
    options: {},
    run: async (context) => (await runFile()).load(context),
  }),
];

/** No node holds two replicas of a shard: the run would be an ordinary one, and nobody would say so. */
function tooFewNodes(nodes: number): CommandResult {
  const wanted = EVEN_REPLICATION_FACTOR;
  const remedy = `Write RESET nodes=${wanted} replicas=${wanted}.`;
  return refuse(
    'BadOption',
    `replicas=${wanted} needs nodes=${wanted} or more, and there would be ${nodes}. ${remedy}`,
  );
}

async function reset(cluster: Cluster, seed: number | undefined, config: Partial<RunConfig>): Promise<CommandResult> {
  const changed = Object.keys(config).length > 0;
  await cluster.reset({ ...(seed === undefined ? {} : { seed }), ...(changed ? { config } : {}) });
  const run = await cluster.run();
  const { nodes, shards, profile } = run.config;
  return succeed(
    `A new run: ${plural(nodes, 'node')} × ${plural(shards, 'shard')}, ${profile}, seed ${run.seed}`,
    run.seed,
  );
}
