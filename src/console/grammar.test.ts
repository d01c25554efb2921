import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCommand } from './format-command.ts';
import { runScript } from './run-line.ts';
import { createSession } from './session.ts';
import { didYouMean, editDistance } from './suggest.ts';
import { FakeCluster } from './testing/fake-cluster.ts';
import { splitLines, tokenizeLine } from './tokenizer.ts';

/** The words of each command, or the error's code and column. */
function words(line: string): unknown {
  const commands = tokenizeLine(line);
  if (!commands.ok) return `${commands.error.code} ${(commands.error.at ?? -1) + 1}`;
  return commands.value.map((command) => command.words.map((word) => word.text));
}

describe('tokenizer', () => {
  test('splits words, commands and comments', () => {
    expect(words('  PUT user:42\tada  # a comment; not a command')).toEqual([['PUT', 'user:42', 'ada']]);
    expect(words('PUT a 1; GET a;;')).toEqual([
      ['PUT', 'a', '1'],
      ['GET', 'a'],
    ]);
    expect(words('')).toEqual([]);
    expect(words(' # only a comment')).toEqual([]);
    expect(words('PUT a b#c')).toEqual([['PUT', 'a', 'b#c']]);
    expect(words('GET\u00a0a\u3000b')).toEqual([['GET', 'a', 'b']]);
  });

  test('quoted text is literal', () => {
    expect(words('PUT k "x=1; # no comment"')).toEqual([['PUT', 'k', 'x=1; # no comment']]);
    expect(words(`PUT '' "it's" 'a "b"'`)).toEqual([['PUT', '', "it's", 'a "b"']]);
    expect(words(String.raw`PUT "\"\\\n\t\r\'\u{1F600}" '\''`)).toEqual([['PUT', '"\\\n\t\r\'😀', "'"]]);
    expect(words(`PUT don't {"a":1}`)).toEqual([['PUT', "don't", '{"a":1}']]);
    expect(words('X as="a b" y')).toEqual([['X', 'as=a b', 'y']]);
  });

  test('errors of quoting have their place', () => {
    expect(words('PUT k "abc')).toBe('UnterminatedQuote 7');
    expect(words("PUT k 'abc\\'")).toBe('UnterminatedQuote 7');
    expect(words('PUT k as="abc')).toBe('UnterminatedQuote 10');
    expect(words('PUT k "a"b')).toBe('BadQuote 10');
    expect(words('PUT "a\\x41"')).toBe('BadEscape 7');
    expect(words('PUT "\\u{d800}"')).toBe('BadEscape 6');
    expect(words('PUT "\\u{110000}"')).toBe('BadEscape 6');
  });

  test('each newline ends a line, in a quote as well', () => {
    const lines = splitLines('PUT a 1\r\n\n# nothing\rGET "a\nGET b"');
    expect(lines.map((line) => [line.number, line.commands.ok])).toEqual([
      [1, true],
      [4, false],
      [5, true],
    ]);
  });

  test('options are recognized by an unquoted name', () => {
    const line = tokenizeLine('V a=b "a=b" a="b c" 1=2 link.delay=5ms =x');
    const options = line.ok
      ? line.value[0]?.words.map((word) => word.option && [word.option.name, word.option.value.text])
      : [];
    expect(options).toEqual([
      undefined,
      ['a', 'b'],
      undefined,
      ['a', 'b c'],
      undefined,
      ['link.delay', '5ms'],
      undefined,
    ]);
  });
});

describe('formatCommand', () => {
  test('quotes where it must', () => {
    expect(formatCommand('kill', ['n2'])).toBe('KILL n2');
    expect(formatCommand('PUT', ['user:42', 'ada lovelace'])).toBe('PUT user:42 "ada lovelace"');
    expect(formatCommand('PUT', ['a', 'b=c'], { timeout: '5s' })).toBe('PUT a "b=c" timeout=5s');
    expect(formatCommand('CAS', ['k', null, 'nil'])).toBe('CAS k nil "nil"');
    expect(formatCommand('PUT', ['ключ', '👩‍🚀'])).toContain('ключ');
    expect(formatCommand('CUT', ['n1>n2'])).toBe('CUT n1>n2');
  });

  const TEXT = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('"', "'", '\\', ' ', '\n', '\r', '\t', ';', '#', '=', 'a', 'é', '|', '\u2028', '\u202e'),
    }),
    fc.constantFrom('', 'nil', 'NIL', 'timeout=1s', 'a="b', '\ud800'),
  );

  test('the parser gives back what was formatted', () => {
    const names = fc.constantFrom('timeout', 'link.delay', 'as');
    fc.assert(
      fc.property(fc.array(TEXT), fc.dictionary(names, TEXT), (args, options) => {
        const line = formatCommand('PUT', args, options);
        const [only, ...others] = splitLines(line);
        expect(others).toEqual([]);
        const commands = only?.commands;
        if (!commands?.ok) throw new Error(`does not parse: ${line}`);
        expect(commands.value).toHaveLength(1);
        const found = commands.value[0]?.words.slice(1) ?? [];
        expect(found.slice(0, args.length).map((word) => word.text)).toEqual(args);
        // Data never looks like an option or like nil.
        expect(
          found
            .slice(0, args.length)
            .every((word) => word.quoted || (!word.option && word.text.toLowerCase() !== 'nil')),
        ).toBe(true);
        const named = found.slice(args.length).map((word) => [word.option?.name, word.option?.value.text]);
        expect(named).toEqual(Object.entries(options));
      }),
      { numRuns: 500 },
    );
  });
});

test('no input makes the console throw, and every result says something', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'PUT',
      'get',
      'CAS',
      'SCAN',
      'KILL',
      'CUT',
      'LINK',
      'PARTITION',
      'RUN',
      'CONFIG',
      'LOG',
      'HELP',
      'RESET',
      'SPEED',
    ),
    fc.constantFrom(
      'n1',
      'n9',
      's0',
      '*',
      '|',
      'n1>n2',
      'n1-',
      'nil',
      '"',
      "'",
      '#',
      ';',
      '\n',
      'for=2s',
      'timeout=',
      'via=n1',
      'drop=10%',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      for (const { result } of await runScript(new FakeCluster(), createSession(), pieces.join(' '))) {
        expect(result.text).not.toBe('');
        expect(result.code).not.toBe('Internal');
        expect(result.code === undefined).toBe(result.ok);
      }
    }),
    { numRuns: 500 },
  );
});

test('suggestions', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('GTE', 'GET')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(didYouMean('klil', ['KILL', 'LINK', 'PLAY'])).toBe('Did you mean KILL?');
  expect(didYouMean('n9', ['n1', 'n2', 'n3'])).toBe('');
  expect(didYouMean('xyzzy', ['KILL'])).toBe('');
  expect(didYouMean('a'.repeat(1_000_000), ['a'])).toBe('');
});
