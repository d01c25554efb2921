import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { bind } from './bind.ts';
import type { KnownNames } from './command.ts';
import { acceptCandidate, CANDIDATES_MAX, complete } from './complete.ts';
import { resolveVerb } from './registry.ts';
import { tokenizeLine } from './tokenizer.ts';

const KNOWN: KnownNames = {
  nodes: [nodeId(1), nodeId(2), nodeId(3)],
  shards: 8,
  clients: ['client', 'a'],
  keys: ['user:42', 'two words', 'nil', 'via=n1', 'say "hi" \\', 'ключ'],
};

/** `¦` stands for the cursor. */
function at(marked: string, known = KNOWN): ReturnType<typeof complete> {
  const cursor = marked.indexOf('¦');
  return complete(marked.replace('¦', ''), cursor, known);
}
const texts = (marked: string, known = KNOWN): readonly string[] =>
  at(marked, known).candidates.map(({ text }) => text);
/** `PUT <key> value`, and what it takes. */
function signature(marked: string): readonly [string, string] | undefined {
  const found = at(marked).signature;
  return found && [found.words.map(({ text, current }) => (current ? `<${text}>` : text)).join(' '), found.accepts];
}
const usageAt = (marked: string): string | undefined => signature(marked)?.[0];

describe('candidates', () => {
  test('verbs, in any case, anywhere on the line', () => {
    expect(texts('p¦')).toEqual(['PUT', 'PARTITION', 'PAUSE', 'PLAY']);
    expect(texts('PUT a 1; st¦')).toEqual(['STEP', 'STATUS']);
    expect(texts('ki¦ n1')).toEqual(['KILL']);
    expect(texts('¦')).toContain('KILL');
    expect(at('  ki¦ n1')).toMatchObject({ from: 2, to: 4 });
  });

  test('behind EXPLAIN the data commands, and what each of them takes', () => {
    expect(texts('EXPLAIN ¦')).toEqual(['PUT', 'GET', 'DELETE', 'CAS', 'BATCH', 'SCAN']);
    expect(texts('explain g¦')).toEqual(['GET']);
    expect(texts('EXPLAIN KILL ¦')).toEqual([]);
    expect(texts('EXPLAIN GET us¦')).toEqual(['user:42']);
    expect(usageAt('EXPLAIN ¦')).toBe('EXPLAIN <[operation]>');
    expect(usageAt('EXPLAIN CAS k ¦')).toMatch(/^CAS key <old> new/);
  });

  test('what a parameter can name', () => {
    expect(texts('KILL ¦')).toEqual(['n1', 'n2', 'n3']);
    expect(texts('LOG n1 ¦').slice(0, 3)).toEqual(['s0', 's1', 's2']);
    expect(texts('HEAL ¦').slice(0, 6)).toEqual(['n1', 'n2', 'n3', 'client', 'a', 'n1>n2']);
    expect(texts('HEAL n1-¦')).toEqual(['n1-n2', 'n1-n3']);
    expect(texts('ISOLATE ¦')).toEqual(['n1', 'n2', 'n3', 'client', 'a']);
    expect(texts('CUT n1>¦')).toEqual(['n1>n2', 'n1>n3']);
    expect(texts('LINK ¦')[0]).toBe('*');
    expect(texts('HELP sca¦')).toEqual(['SCAN']);
    expect(texts('SPEED m¦')).toEqual(['max']);
    expect(texts('CAS k n¦')).toEqual(['nil']);
    expect(texts('KILL n1 ¦')).toEqual([]);
    expect(texts('PUT k ¦')).toEqual([]);
    expect(texts('FROB ¦')).toEqual([]);
  });

  test('twelve nodes are offered in the order of their numbers', () => {
    const twelve = { ...KNOWN, nodes: Array.from({ length: 12 }, (_, i) => nodeId(i + 1)) };
    expect(texts('KILL ¦', twelve)).toEqual(twelve.nodes.map((node) => `n${node}`));
    expect(texts('KILL n1¦', twelve)).toEqual(['n1', 'n10', 'n11', 'n12']);
    expect(texts('HEAL n9-¦', twelve)).toEqual(['n9-n10', 'n9-n11', 'n9-n12']);
    expect(texts('CUT n12>¦', twelve)).toHaveLength(11);
  });

  test('a partition names everybody once', () => {
    expect(texts('PARTITION ¦')).toEqual(['n1', 'n2', 'n3', 'client', 'a']);
    expect(texts('PARTITION n1 ¦')).toEqual(['|', 'n2', 'n3', 'client', 'a']);
    expect(texts('PARTITION n1,n2 | ¦')).toEqual(['n3', 'client', 'a', 'n1', 'n2']);
    expect(texts('PARTITION n1,n2 ¦')).toEqual(['|', 'n3', 'client', 'a']);
    expect(texts('PARTITION n1|n2 | ¦'), 'a bridge may be named again').toEqual(['n3', 'client', 'a', 'n1', 'n2']);
  });

  test('keys as they must be written, by what they are', () => {
    expect(texts('GET us¦')).toEqual(['user:42']);
    expect(texts('GET US¦')).toEqual([]);
    expect(texts('GET tw¦')).toEqual(['"two words"']);
    expect(at('GET "two w¦')).toMatchObject({ from: 4, to: 10, candidates: [{ text: '"two words"' }] });
    expect(texts('GET ni¦')).toEqual(['"nil"']);
    expect(texts('SCAN ¦')[0]).toBe('""');
  });

  test('options once the arguments are there, each once', () => {
    expect(texts('PUT k v ¦')).toEqual(['ttl=', 'w=', 'quorum=', 'context=', 'timeout=', 'via=', 'as=']);
    expect(texts('PUT k v via=n1 ¦')).toEqual(['ttl=', 'w=', 'quorum=', 'context=', 'timeout=', 'as=']);
    expect(texts('PUT k v VIA=n1 v¦')).toEqual([]);
    expect(texts('PUT k ti¦')).toEqual([]);
    expect(texts('GET k r=¦')).toEqual(['lease', 'index', 'session', '1', '2', '3']);
    expect(texts('SCAN k r=¦')).toEqual(['lease', 'index']);
    expect(texts('CAS k a b w=¦')).toEqual(['2', '3']);
    expect(at('PUT k v via=¦')).toMatchObject({ from: 12, to: 12 });
    expect(texts('PUT k v via=N¦')).toEqual(['n1', 'n2', 'n3']);
    expect(texts('RESET shards=1¦')).toEqual(['1', '16']);
    expect(texts('CONFIG link.d¦')).toEqual(['link.delay=', 'link.drop=', 'link.dup=']);
    expect(texts('RUN until=qui¦')).toEqual(['quiet']);
  });

  test('nothing is offered where it would not stand, or is there already', () => {
    expect(texts('KILL n1¦')).toEqual([]);
    expect(texts('status¦')).toEqual([]);
    expect(texts('# KI¦')).toEqual([]);
    expect(texts('GET k # vi¦')).toEqual([]);
    expect(texts('K¦ILL n1')).toEqual([]);
    expect(texts('GET "us¦er" v=1')).toEqual([]);
    expect(texts('GET "user:42"¦')).toEqual([]);
    expect(texts('PUT k v via="n¦')).toEqual([]);
    expect(complete('k'.repeat(1_000_000), 3, KNOWN)).toMatchObject({ candidates: [], signature: undefined });
  });

  test('a long list is cut', () => {
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
    expect(complete('GET k', 5, { ...KNOWN, keys }).candidates).toHaveLength(CANDIDATES_MAX);
  });
});

describe('signature', () => {
  test('marks the argument at the cursor, in the middle of a line as well', () => {
    expect(usageAt('put¦')).toBe('<PUT> key value [ttl=…] [w=…] [quorum=…] [context=…] [timeout=…] [via=…] [as=…]');
    expect(usageAt('put ¦')).toBe('PUT <key> value [ttl=…] [w=…] [quorum=…] [context=…] [timeout=…] [via=…] [as=…]');
    expect(usageAt('PUT us¦er ada')).toBe(
      'PUT <key> value [ttl=…] [w=…] [quorum=…] [context=…] [timeout=…] [via=…] [as=…]',
    );
    expect(usageAt('GET a; PUT user ada¦')).toBe(
      'PUT key <value> [ttl=…] [w=…] [quorum=…] [context=…] [timeout=…] [via=…] [as=…]',
    );
    expect(usageAt('PUT k "two w¦')).toBe(
      'PUT key <value> [ttl=…] [w=…] [quorum=…] [context=…] [timeout=…] [via=…] [as=…]',
    );
    expect(usageAt('SCAN a ¦')).toBe('SCAN from <[to]> [limit=…] [reverse=…] [r=…] [timeout=…] [via=…] [as=…]');
    expect(signature('KILL ¦')).toEqual(['KILL <node>', 'a node such as n2']);
  });

  test('marks an option by its name, and all that are left where any may follow', () => {
    expect(signature('PUT k v timeout=¦')?.[0]).toBe(
      'PUT key value [ttl=…] [w=…] [quorum=…] [context=…] <[timeout=…]> [via=…] [as=…]',
    );
    expect(signature('PUT k v timeout=¦')?.[1]).toMatch(/^a time from/);
    expect(usageAt('PUT k v via=n1 ¦')).toBe(
      'PUT key value <[ttl=…]> <[w=…]> <[quorum=…]> <[context=…]> <[timeout=…]> [via=…] <[as=…]>',
    );
  });

  test('knows the commands that say themselves how they are written', () => {
    expect(usageAt('PARTITION n1 ¦')).toBe('PARTITION <n1> <n2> <|> <n3> <a>');
    expect(usageAt('RUN ¦')).toBe('RUN <for=…> | RUN <until=…>');
    expect(usageAt('LINK n1>n2 ¦')).toMatch(/^LINK n1>n2 .*<\[?drop=/);
  });

  test('is absent where no command is', () => {
    for (const line of ['¦', 'PU¦', 'FROB ¦', '# PUT ¦', 'PUT a 1;¦', 'STATUS # ¦'])
      expect(usageAt(line)).toBeUndefined();
    expect(signature('STATUS¦')?.[1]).toMatch(/^Tells the state/);
  });
});

describe('acceptance', () => {
  const accepted = (marked: string, i = 0): string => {
    const completion = at(marked);
    const candidate = completion.candidates[i];
    if (candidate === undefined) throw new Error(`nothing to accept in ${marked}`);
    const { line, cursor } = acceptCandidate(marked.replace('¦', ''), completion, candidate, KNOWN);
    return `${line.slice(0, cursor)}¦${line.slice(cursor)}`;
  };

  test('puts a space where the command goes on', () => {
    expect(accepted('ki¦')).toBe('KILL ¦');
    expect(accepted('stat¦')).toBe('STATUS¦');
    expect(accepted('KILL ¦', 1)).toBe('KILL n2¦');
    expect(accepted('PUT k v v¦')).toBe('PUT k v via=¦');
    expect(accepted('ki¦ n1')).toBe('KILL¦ n1');
  });

  /** A command grown by nothing but candidates is one that the parser takes, but for what is still missing. */
  test('whatever is accepted, parses', () => {
    const filler = new Map([
      ['value', 'v'],
      ['old', 'o'],
      ['new', 'w'],
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 9 }), (choices) => {
        let line = '';
        for (const choice of choices) {
          let completion = complete(line, line.length, KNOWN);
          const next = completion.signature?.words.find(({ current }) => current)?.text ?? '';
          // Where there is nothing to choose from, a person types something.
          if (completion.candidates.length === 0 && filler.has(next)) line = `${line.trimEnd()} ${filler.get(next)} `;
          if (line.endsWith('=') && completion.candidates.length === 0) return;
          completion = complete(line, line.length, KNOWN);
          const candidate = completion.candidates[choice % Math.max(1, completion.candidates.length)];
          if (candidate === undefined) break;
          line = acceptCandidate(line, completion, candidate, KNOWN).line;
          const problem = problemOf(line);
          const unfinished = line.endsWith('=') || /^PARTITION /.test(line);
          if (!unfinished) expect([line, ['', 'MissingArgument'].includes(problem) ? '' : problem]).toEqual([line, '']);
        }
      }),
      { numRuns: 2000 },
    );
  });

  /** In any line: the new words are never what the parser then complains about. */
  test('a candidate is never itself the error', () => {
    const piece = fc.constantFrom(
      ...'PUT get CAS SCAN KILL CUT LINK HEAL LOG HELP RESET RUN CONFIG SPEED n n1 s c us "us "two k v via= via=n as=a limit= ; # nil * "" tw'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.boolean(), fc.nat(), (pieces, space, choice) => {
        const line = pieces.join(' ') + (space ? ' ' : '');
        const completion = complete(line, line.length, KNOWN);
        const candidate = completion.candidates[choice % Math.max(1, completion.candidates.length)];
        if (candidate === undefined || candidate.text.endsWith('=')) return;
        const { line: grown } = acceptCandidate(line, completion, candidate, KNOWN);
        const commands = tokenizeLine(grown);
        expect(commands.ok, grown).toBe(true);
        const last = commands.ok ? commands.value.at(-1) : undefined;
        if (last === undefined) throw new Error(grown);
        const command = resolveVerb(last);
        const bound = command.ok ? bind(command.value, last, KNOWN) : command;
        if (!bound.ok) expect(bound.error.at ?? -1, grown).toBeLessThan(completion.from);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The code of what is wrong with the line's last command; empty when it would run. */
function problemOf(line: string): string {
  const commands = tokenizeLine(line);
  if (!commands.ok) return commands.error.code === 'UnterminatedBlock' ? problemOf(`${line} }`) : commands.error.code;
  const text = commands.value.at(-1);
  if (text === undefined) return '';
  const command = resolveVerb(text);
  if (!command.ok) return command.error.code;
  const bound = bind(command.value, text, KNOWN);
  return bound.ok ? '' : bound.error.code;
}

test('no line and no cursor makes it throw', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'PUT ',
      'get',
      ' ',
      '"',
      "'",
      '#',
      ';',
      '=',
      '\\',
      '|',
      'n1',
      'as="',
      'PARTITION n1|',
      'constructor=',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), fc.nat({ max: 60 }), (pieces, cursor) => {
      const line = pieces.join('');
      const { from, to, candidates } = complete(line, cursor, KNOWN);
      expect(from).toBeLessThanOrEqual(to);
      for (const { text } of candidates) expect(text).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});
