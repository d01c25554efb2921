import { ENGINE_VERSION, type RunConfig, type SavedRun } from '../core/cluster/run.ts';
import type { Cluster } from './cluster.ts';
import { type Command, type CommandContext, defineCommand, optional } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showTime } from './show.ts';
import { integerBetween, oneOf } from './value-types.ts';

const NODES_MAX = 9;
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
    notes: ['What is not given stays as it is.'],
    positionals: {},
    options: {
      nodes: integerBetween(1, NODES_MAX, 'BadOption'),
      shards: oneOf([1, 8, 16, 64, 256]),
      profile: oneOf(['classroom', 'datacenter']),
      seed: integerBetween(0, SEED_MAX, 'BadOption'),
    },
    run: ({ cluster }, _, { nodes, shards, profile, seed }) =>
      reset(cluster, seed, {
        ...(nodes === undefined ? {} : { nodes }),
        ...(shards === undefined ? {} : { shards }),
        ...(profile === undefined ? {} : { profile }),
      }),
  }),
  defineCommand({
    verb: 'SAVE',
    summary: 'Saves the run to a file: seed, configuration and actions, from which it can be replayed anywhere.',
    example: 'SAVE',
    positionals: {},
    options: {},
    run: save,
  }),
  defineCommand({
    verb: 'LOAD',
    summary:
      'Replays a saved run from a file and compares the digests. The present run is deleted at once: SAVE it first.',
    example: 'LOAD',
    positionals: {},
    options: {},
    run: load,
  }),
];

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

/** `value` is the text of the file. */
async function save({ cluster, session }: CommandContext): Promise<CommandResult> {
  const { encodeRun, onSave } = session;
  if (encodeRun === undefined)
    return refuse('NotAvailable', 'Runs cannot be saved here. Open Ringside in a page of its own.');
  const run = await cluster.save();
  const text = await encodeRun(run);
  const fileName = `ringside-${run.header.runId}.json`;
  onSave?.(text, fileName);
  const where = onSave === undefined ? '' : ` as ${fileName}`;
  const what = `seed ${run.header.seed}, ${plural(run.actions.length, 'action')}, up to ${showTime(run.endUs)}`;
  return succeed(`Saved${where}: ${what} · digest ${run.digest}`, text);
}

/** `value` is the digest that the replay gave. */
async function load({ cluster, session }: CommandContext): Promise<CommandResult> {
  const { decodeRun, pickFile } = session;
  if (decodeRun === undefined || pickFile === undefined) {
    return refuse('NotAvailable', 'No file can be chosen here. Open Ringside in a page of its own.');
  }
  const text = await pickFile();
  if (text === undefined)
    return refuse(
      'NothingToDo',
      'No file was chosen; the present run goes on. The browser lets you choose one when you type LOAD or click.',
    );
  const run = await readRun(text, decodeRun);
  if (typeof run === 'string')
    return refuse('BadFile', `${run} Choose a file that SAVE wrote; the present run goes on.`);
  const { digest, equal } = await cluster.load(run);
  if (equal)
    return succeed(`Replayed to ${showTime(run.endUs)} · digest ${digest}, the same as when it was saved`, digest);
  return refuse(
    'DigestMismatch',
    `Replayed to ${showTime(run.endUs)}, but the digest is ${digest} and was ${run.digest} when saved: this is a fault.`,
  );
}

/** The run, or what is wrong with the file. */
async function readRun(
  text: string,
  decodeRun: (text: string) => SavedRun | Promise<SavedRun>,
): Promise<SavedRun | string> {
  let run: SavedRun;
  try {
    run = await decodeRun(text);
  } catch (thrown) {
    return `The file is not a saved run (${thrown instanceof Error ? thrown.message : String(thrown)}).`;
  }
  const version = run.header.engineVersion;
  if (version === ENGINE_VERSION) return run;
  return `The run was saved by engine version ${version}; this is version ${ENGINE_VERSION}, which would run it differently.`;
}
