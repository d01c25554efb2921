import { didYouMean } from '../../../../console/suggest.ts';
import { Arguments } from './arguments.ts';
import { CLIENT_COMMANDS } from './client-commands.ts';
import { clusterCommand } from './cluster-command.ts';
import { DISK_COMMANDS } from './disk-commands.ts';
import { LOOK_COMMANDS } from './look-commands.ts';
import { NETWORK_COMMANDS } from './network-commands.ts';
import { Stage } from './stage.ts';
import { TIME_COMMANDS } from './time-commands.ts';
import type { TranscriptCommand } from './transcript-command.ts';
import { TranscriptError } from './transcript-error.ts';
import { type CommandText, parseTranscript, printTranscript } from './transcript-format.ts';

/** Every command there is. */
export const TRANSCRIPT_COMMANDS: readonly TranscriptCommand[] = [
  clusterCommand,
  ...TIME_COMMANDS,
  ...NETWORK_COMMANDS,
  ...DISK_COMMANDS,
  ...CLIENT_COMMANDS,
  ...LOOK_COMMANDS,
];

/** Runs the commands of a transcript and returns it as it should read. The network's invariants are checked all the while. */
export function runTranscript(text: string): string {
  const stage = new Stage();
  const blocks = parseTranscript(text);
  const outputs = blocks.map(({ commands }) => commands.flatMap((command) => runCommand(stage, command)));
  return printTranscript(blocks, outputs);
}

function runCommand(stage: Stage, source: CommandText): string[] {
  const word = source.text.split(/\s/)[0] ?? '';
  const command = TRANSCRIPT_COMMANDS.find(({ name }) => name === word) ?? unknownCommand(source.line, word);
  try {
    const args = new Arguments(source, command.usage);
    if (command !== clusterCommand) args.noBody();
    command.run(stage, args);
  } catch (error) {
    if (error instanceof TranscriptError && error.line !== 0) throw error;
    throw new TranscriptError(source.line, `${source.text}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return stage.takeLines();
}

function unknownCommand(line: number, word: string): never {
  const names = TRANSCRIPT_COMMANDS.map(({ name }) => name);
  const guess = didYouMean(word, names) || `There are ${names.join(', ')}.`;
  throw new TranscriptError(line, `there is no command "${word}". ${guess}`);
}
