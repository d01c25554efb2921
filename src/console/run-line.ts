import { bind } from './bind.ts';
import type { Cluster } from './cluster.ts';
import type { CommandContext, Topology } from './command.ts';
import { NotFetched } from './fetched.ts';
import { resolveVerb } from './registry.ts';
import { type CommandError, type CommandResult, errorResult, refuse } from './result.ts';
import type { Session } from './session.ts';
import { type CommandText, type Line, splitLines } from './tokenizer.ts';

/** One command of a script and what became of it. */
export interface ScriptResult {
  /** From 1. */
  readonly line: number;
  readonly source: string;
  readonly result: CommandResult;
}

/**
 * Runs what was typed: a result for each command, in order; none for an empty line or a comment. Never rejects. Text of several lines
 * is a script.
 */
export async function runLine(cluster: Cluster, session: Session, text: string): Promise<CommandResult[]> {
  return (await runScript(cluster, session, text)).map(({ result }) => result);
}

/** Line by line, command by command, as if each had been typed: an error does not keep the next from running. */
export async function runScript(cluster: Cluster, session: Session, text: string): Promise<ScriptResult[]> {
  const results: ScriptResult[] = [];
  const hasLines = /[\r\n]\s*\S/.test(text);
  const lines = splitLines(text);
  for (const [at, line] of lines.entries()) {
    const number = hasLines ? line.number : undefined;
    const report = (source: string, result: CommandResult): void => {
      results.push({ line: line.number, source, result });
      session.onResult?.(source, result);
    };
    if (!line.commands.ok) {
      report(line.text.trim(), errorResult(line.commands.error, line.text, number));
      continue;
    }
    const commands = line.commands.value;
    for (const command of commands) {
      session.onCommand?.(command.source);
      const isWaitedFor = at < lines.length - 1 || command !== commands.at(-1);
      report(command.source, await runCommand({ cluster, session, isWaitedFor }, command, line, number));
    }
  }
  return results;
}

async function runCommand(
  surroundings: Pick<CommandContext, 'cluster' | 'session' | 'isWaitedFor'>,
  text: CommandText,
  line: Line,
  lineNumber: number | undefined,
): Promise<CommandResult> {
  try {
    const command = resolveVerb(text);
    if (!command.ok) return corrected(command.error, text, errorResult(command.error, line.text, lineNumber));
    const { runId, topology } = await readRun(surroundings.cluster);
    const bound = bind(command.value, text, topology);
    if (!bound.ok) return corrected(bound.error, text, errorResult(bound.error, line.text, lineNumber));
    return await command.value.run({ ...surroundings, topology, runId }, bound.value.args, bound.value.options);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    if (thrown instanceof NotFetched) return refuse('NotFetched', notFetched(text, reason));
    // A bug or a platform failure below the console: the person sees it, the script goes on.
    return refuse(
      'Internal',
      `${text.source.slice(0, 80)} failed: ${reason}. This is a fault of the program, not of the command.`,
    );
  }
}

const notFetched = ({ words: [verb] }: CommandText, reason: string): string =>
  `The code of ${verb?.text.toUpperCase()} could not be fetched: ${reason}. The cluster runs on; with the network back, reload the page.`;

/** Adds the command with the misspelled name replaced: of its own, whatever else stands on the line. */
function corrected({ at, misspelled }: CommandError, text: CommandText, result: CommandResult): CommandResult {
  if (at === undefined || misspelled === undefined || misspelled.meant.length === 0) return result;
  const { name, meant } = misspelled;
  const start = at - (text.words[0]?.at ?? 0);
  // In quotes or behind an escape the name does not stand there as it is meant.
  if (text.source.slice(start, start + name.length) !== name) return result;
  const corrections = meant.map((each) => text.source.slice(0, start) + each + text.source.slice(start + name.length));
  return { ...result, corrections };
}

async function readRun(cluster: Cluster): Promise<{ readonly runId: string; readonly topology: Topology }> {
  const { runId, config, nodes } = await cluster.run();
  return { runId, topology: { nodes, shards: config.shards } };
}
