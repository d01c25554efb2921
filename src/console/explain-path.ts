import type { ActorId } from '../core/base/ids.ts';
import { isClient } from '../core/base/ids.ts';
import type { OperationPath, PathStep } from '../core/cluster/operation-path/operation-path.ts';
import { nodeName, shardName } from '../core/cluster/snapshot.ts';
import type { BoundCommand, CommandContext } from './command.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { plural } from './show.ts';

/** Carries the operation out and tells its path. */
export async function explainInner(
  context: CommandContext,
  { command, args, options }: BoundCommand,
): Promise<CommandResult> {
  const before = context.session.lastOperation;
  const result = await command.run({ ...context, follow: true }, args, options);
  const { lastOperation } = context.session;
  // It was refused before any client took it.
  if (lastOperation === undefined || lastOperation === before) return result;
  const path = await context.cluster.operationPath(lastOperation.operation);
  if (path === undefined) return result;
  const text = `${result.text}\n${pathLines(path).join('\n')}`;
  return { ...result, text, lines: text.split('\n'), value: pathValue(path) };
}

const NOTHING =
  'None of the last 50 operations of this run is of this console. EXPLAIN PUT user:42 ada carries one out and tells its path.';

/** The path of what this console did last. */
export async function explainLast({ cluster, session, runId }: CommandContext): Promise<CommandResult> {
  const last = session.lastOperation;
  const path = last?.runId === runId ? await cluster.operationPath(last.operation) : undefined;
  if (path === undefined) return refuse('NothingToDo', NOTHING);
  return succeed(pathLines(path).join('\n'), pathValue(path));
}

/** A line a step: when it began, how long it took, who (to whom), what, and why. */
function pathLines(path: OperationPath): readonly string[] {
  const rows = path.steps.map((step) => ({
    at: `+${ms(step.startUs - path.invokedUs)}`,
    took: tookText(step),
    who: whoText(path, step),
    what: `${SIGN[step.state]} ${step.text}${step.note === '' ? '' : ` (${step.note})`}`,
  }));
  const width = (of: 'at' | 'took' | 'who'): number => Math.max(0, ...rows.map((row) => row[of].length));
  const [at, took, who] = [width('at'), width('took'), width('who')];
  const lines = rows.map(
    (row) => `${row.at.padStart(at)} ms  ${row.took.padStart(took)}  ${row.who.padEnd(who)}  ${row.what}`,
  );
  if (path.stepsLeftOut > 0) lines.push(`… ${plural(path.stepsLeftOut, 'more step')}`);
  return lines;
}

const SIGN: Record<PathStep['state'], string> = { done: '✓', failed: '✕', waiting: '…', unobserved: '?' };

const ms = (us: number): string => (us / 1000).toFixed(1);

function tookText({ startUs, endUs, state }: PathStep): string {
  if (endUs === undefined || state === 'unobserved') return '';
  return endUs === startUs ? '·' : `${ms(endUs - startUs)} ms`;
}

function whoText({ client, clientName }: OperationPath, { actor, to }: PathStep): string {
  const name = (id: ActorId): string => (isClient(id) ? (id === client ? clientName : 'client') : nodeName(id));
  return to === undefined ? name(actor) : `${name(actor)} → ${name(to)}`;
}

/** For programs: times in virtual milliseconds since the client began. */
function pathValue(path: OperationPath): readonly object[] {
  return path.steps.map((step) => ({
    kind: step.kind,
    phase: step.phase,
    who: whoText(path, step),
    shard: shardName(step.shard),
    atMs: (step.startUs - path.invokedUs) / 1000,
    tookMs: step.endUs === undefined ? null : (step.endUs - step.startUs) / 1000,
    state: step.state,
    text: step.text,
    note: step.note,
  }));
}
