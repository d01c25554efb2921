import { didYouMean } from '../../../../console/suggest.ts';
import { TranscriptError } from './transcript-error.ts';
import type { CommandText, SourceLine } from './transcript-format.ts';

/** The words after a command's name, taken one by one. Each refusal names the line, and what the command takes. */
export class Arguments {
  /** The indented lines below the command. */
  readonly body: readonly SourceLine[];
  private readonly words: string[];
  private readonly line: number;
  private readonly help: string;

  constructor({ text, line, body }: CommandText, usage: string) {
    const [name = '', ...words] = text.trim().split(/\s+/);
    this.words = words;
    this.line = line;
    this.body = body;
    this.help = `Usage: ${`${name} ${usage}`.trim()}.`;
  }

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  peek(): string {
    return this.words[0] ?? '';
  }

  /** The next word, which has to be there; `what` says what it should be. */
  take(what: string): string {
    return this.words.shift() ?? this.fail(`${what} is missing.`);
  }

  /** Takes the next word if it is this one. */
  takeIf(word: string): boolean {
    if (this.words[0] !== word) return false;
    this.words.shift();
    return true;
  }

  /** All the words that are left, as text. */
  rest(): string {
    return this.words.splice(0).join(' ');
  }

  /** A whole number, at least `min`. */
  number(what: string, word: string, min: number): number {
    const value = Number(word);
    if (/^\d+$/.test(word) && value >= min) return value;
    return this.fail(`${what} is a whole number from ${min} on, not "${word}".`);
  }

  /** `150ms`, in ms. */
  milliseconds(): number {
    const word = this.take('a duration');
    if (!word.endsWith('ms')) this.fail(`a duration is written as 150ms, not "${word}".`);
    return this.number('a duration', word.slice(0, -2), 1);
  }

  end(): void {
    if (this.words.length > 0) this.fail(`"${this.words.join(' ')}" is more than it takes.`);
  }

  noBody(): void {
    const first = this.body[0];
    if (first !== undefined) throw new TranscriptError(first.line, 'this command takes no indented lines below it.');
  }

  /** One of `names`, or a refusal that guesses which one was meant. */
  oneOf<T extends string>(what: string, word: string, names: readonly T[]): T {
    const found = names.find((name) => name === word);
    return found ?? this.fail(`there is no ${what} "${word}". ${didYouMean(word, names)}`.trimEnd());
  }

  fail(problem: string): never {
    throw new TranscriptError(this.line, `${problem} ${this.help}`);
  }
}
