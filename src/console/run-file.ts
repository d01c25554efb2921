import { nodesAfter } from '../core/cluster/node-list.ts';
import { TAB_NODES_MAX } from '../core/cluster/presets.ts';
import { ENGINE_VERSION, type SavedRun } from '../core/cluster/run.ts';
import type { CommandContext } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural, showTime } from './show.ts';

/** SAVE. `value` is the text of the file. */
export async function save({ cluster, session }: CommandContext): Promise<CommandResult> {
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

/** LOAD. `value` is the digest that the replay gave. */
export async function load({ cluster, session }: CommandContext): Promise<CommandResult> {
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
  if (version === ENGINE_VERSION) return sizeFault(run) ?? run;
  return `The run was saved by engine version ${version}; this is version ${ENGINE_VERSION}, which would run it differently.`;
}

/** Simulations in Node may have more nodes at a time than a page can show: all that ever were, but those that may have left. */
function sizeFault({ header: { config }, actions }: SavedRun): string | undefined {
  const removed = new Set(actions.flatMap(({ action }) => (action.type === 'Remove' ? [action.node] : [])));
  const { length } = nodesAfter(config, actions).filter((node) => !removed.has(node));
  if (length <= TAB_NODES_MAX) return undefined;
  return `The run has ${length} nodes; in one tab there are at most ${TAB_NODES_MAX}. Replay it with npm run sim -- --run FILE.`;
}
