import { TranscriptError } from './transcript-error.ts';

/** One line of a transcript, and where it stands (from 1). */
export interface SourceLine {
  readonly text: string;
  readonly line: number;
}

/** A command and its body: the indented lines below it. */
export interface CommandText extends SourceLine {
  readonly body: readonly SourceLine[];
}

/** What stands between two blank lines: comment lines, commands, `----`, the output of the commands. Without commands, only a comment. */
export interface Block {
  readonly comment: readonly string[];
  readonly commands: readonly CommandText[];
}

const SEPARATOR = '----';

/** Reads the comments and the commands; the output is not looked at, for the whole file is compared with `printTranscript`. */
export function parseTranscript(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: SourceLine[] = [];
  for (const [i, line] of [...text.split('\n'), ''].entries()) {
    if (line.trim() !== '') lines.push({ text: line, line: i + 1 });
    else if (lines.length > 0) {
      blocks.push(parseBlock(lines));
      lines = [];
    }
  }
  if (blocks[0] === undefined || blocks[0].comment.length === 0) {
    throw new TranscriptError(1, 'a transcript begins with a comment (# …): what it shows, and the section it is from');
  }
  return blocks;
}

/** The transcript as its file should read, with `outputs[i]` the lines that block i gave. */
export function printTranscript(blocks: readonly Block[], outputs: readonly (readonly string[])[]): string {
  const texts = blocks.map(({ comment, commands }, i) => {
    const input = commands.flatMap(({ text, body }) => [text, ...body.map((line) => line.text)]);
    const lines = commands.length === 0 ? comment : [...comment, ...input, SEPARATOR, ...(outputs[i] ?? [])];
    return `${lines.join('\n')}\n`;
  });
  return texts.join('\n');
}

function parseBlock(lines: readonly SourceLine[]): Block {
  const separator = lines.findIndex(({ text }) => text === SEPARATOR);
  const input = separator === -1 ? lines : lines.slice(0, separator);
  const first = input.findIndex(({ text }) => !text.startsWith('#'));
  const comment = (first === -1 ? input : input.slice(0, first)).map(({ text }) => text);
  const commands: { text: string; line: number; body: SourceLine[] }[] = [];
  for (const { text, line } of first === -1 ? [] : input.slice(first)) {
    if (!/^\s/.test(text)) commands.push({ text, line, body: [] });
    else commandOf(commands, line).body.push({ text, line });
  }
  if (commands.length === 0 && separator !== -1) {
    throw new TranscriptError(lines[separator]?.line ?? 0, `there is no command above this ${SEPARATOR}`);
  }
  return { comment, commands };
}

function commandOf<T>(commands: readonly T[], line: number): T {
  const command = commands[commands.length - 1];
  if (command === undefined)
    throw new TranscriptError(line, 'an indented line belongs to a command above it: none here');
  return command;
}
