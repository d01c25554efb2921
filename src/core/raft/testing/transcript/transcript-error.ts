/** A transcript that cannot be run: what is wrong, in which line, and what to do about it. */
export class TranscriptError extends Error {
  override readonly name = 'TranscriptError';
  /** Line in the file, from 1; 0 = not known yet. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
