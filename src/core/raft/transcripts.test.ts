import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fieldsText } from './testing/transcript/message-text.ts';
import { runTranscript, TRANSCRIPT_COMMANDS } from './testing/transcript/run-transcript.ts';
import { TranscriptError } from './testing/transcript/transcript-error.ts';

/** Every transcript is run and its whole text compared; `RINGSIDE_TRANSCRIPTS=rewrite` writes the output into the files instead. */
const FOLDER = join(import.meta.dirname, 'transcripts');
const REWRITE = process.env.RINGSIDE_TRANSCRIPTS === 'rewrite';

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort();

/** A checkout may have given the lines other ends. */
const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8').replaceAll('\r\n', '\n');

/** The path from here, with the line: what an editor opens. */
const placeOf = (name: string, line: number): string => `${relative(process.cwd(), join(FOLDER, name))}:${line}`;

function runFile(name: string, text: string): string {
  try {
    return runTranscript(text);
  } catch (error) {
    if (error instanceof TranscriptError) throw new Error(`${placeOf(name, error.line)}: ${error.message}`);
    throw error;
  }
}

/** `file:line: expected … but …` for the first line that differs; undefined when none does. */
function firstDifference(name: string, expected: string, actual: string): string | undefined {
  const wanted = expected.split('\n');
  const given = actual.split('\n');
  const at = Array.from({ length: Math.max(wanted.length, given.length) }).findIndex((_, i) => wanted[i] !== given[i]);
  if (at === -1) return undefined;
  const line = (lines: readonly string[]): string =>
    lines[at] === undefined ? 'the end of the file' : `"${lines[at]}"`;
  const remedy = 'If the output is right and the file is not: RINGSIDE_TRANSCRIPTS=rewrite (see the README beside it).';
  return `${placeOf(name, at + 1)}: it says ${line(wanted)}, but the run gives ${line(given)}. ${remedy}`;
}

describe('transcripts', () => {
  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(40);
  });

  test.each(files)('%s', (name) => {
    const text = textOf(name);
    const actual = runFile(name, text);
    if (REWRITE) writeFileSync(join(FOLDER, name), actual);
    else expect(actual, firstDifference(name, text, actual) ?? name).toBe(text);
  });

  test('the README tells of every command, and of no other', () => {
    const readme = textOf('README.md');
    const told = [...readme.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual(TRANSCRIPT_COMMANDS.map(({ name }) => name).sort());
  });
});

describe('the runner', () => {
  const begin = '# what it shows\n\ncluster 3\n----\n';

  test.each([
    ['cluster 3\n----\n', 1, 'begins with a comment'],
    [`${begin}\nsetle\n----\n`, 6, 'Did you mean settle?'],
    [`${begin}\nstate n4\n----\n`, 6, 'there is no node "n4"'],
    [`${begin}\ndeliver n1-n2\n----\n`, 6, '"n1-n2" is no link. Usage: deliver <link…>'],
    [`${begin}\ndeliver n1>n2 RequestVotes\n----\n`, 6, 'Did you mean RequestVote?'],
    [`${begin}\nwait 5\n----\n`, 6, 'a duration is written as 150ms'],
    [`${begin}\nstate n1\n  n2\n----\n`, 7, 'takes no indented lines'],
    [`${begin}\n  n2\n----\n`, 6, 'none here'],
    [`${begin}\n# only words\n----\n`, 7, 'no command above'],
    [`${begin}\nrestart n1\n----\n`, 6, 'n1 is up: crash it first'],
    ['# a\n\ncluster 1\nelect n1\ntimeout n1\n----\n', 5, 'n1 leads alone: it has no timer'],
    ['# a\n\ncluster 1\nelect n1\nelect n1\n----\n', 5, 'n1 leads already'],
    ['# a\n\nstate\n----\n', 3, 'begin with `cluster 3`'],
    [`${begin}\ncluster 3\n----\n`, 6, 'has one cluster'],
    ['# a\n\ncluster 3\n  n1 log=1 x\n----\n', 4, 'a term is a whole number'],
    ['# a\n\ncluster 3 inflght=2\n----\n', 3, 'Did you mean inflight?'],
  ])('refuses %j', (text, line, message) => {
    let error: unknown;
    try {
      runTranscript(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TranscriptError);
    expect(error).toMatchObject({ line, message: expect.stringContaining(message) });
  });

  test('tells fields that it does not know by their names', () => {
    const told = fieldsText({ term: 3, leader: 2, done: true, held: false, sentUs: 1500, data: Uint8Array.of(1, 2) });
    expect(told).toBe('term=3 leader=n2 done data=2 bytes');
  });

  test('names the first line that differs', () => {
    const text = '# a\n\ncluster 1\n----\nn1 leader\n';
    const found = firstDifference('x.txt', text, runTranscript(text));
    expect(found).toMatch(/transcripts\/x\.txt:5: it says "n1 leader", but the run gives "n1 follower: currentTerm=0/);
    expect(firstDifference('x.txt', text, text)).toBeUndefined();
  });

  test('a broken promise of Raft ends the transcript, with the line of the command that broke it', () => {
    // Two nodes hold the same index and term, and another entry before it: no run of Raft makes such logs.
    const text = '# a\n\ncluster 3\n  n1 log=1 2\n  n2 log=2 2\n----\n\nelect n1\n----\n';
    expect(() => runTranscript(text)).toThrow('log matching');
  });

  test('comments, and output that is not there yet, are kept and filled in', () => {
    const text = '# a\n# b\n\n# about n1\ncluster 1\n\n\n# the end\n';
    const full = runTranscript(text);
    expect(full).toMatch(/^# a\n# b\n\n# about n1\ncluster 1\n----\nn1 follower: .*\n\n# the end\n$/);
    expect(runTranscript(full)).toBe(full);
  });
});
