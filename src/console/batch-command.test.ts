import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../core/base/utf8.ts';
import { BATCH_ITEMS_MAX } from '../core/node/config.ts';
import { complete } from './complete.ts';
import { formatBlock, formatCommand } from './format-command.ts';
import { mentionsInLine } from './mentions.ts';
import { runScript } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster, GROUND } from './testing/fake-cluster.ts';
import { splitLines } from './tokenizer.ts';

async function run(text: string, cluster = new FakeCluster()) {
  const results = await runScript(cluster, createSession(), text);
  return { cluster, results: results.map(({ result }) => result), lines: results.map(({ line }) => line) };
}

/** The writes of the batch that reached the cluster, as lines. */
function written({ actions }: FakeCluster): readonly string[] {
  return actions.flatMap((action) => {
    if (action.type !== 'Operate' || action.operation.type !== 'Batch') return [];
    return action.operation.items.map((item) => {
      const rest = item.type === 'Delete' ? [] : [decodeUtf8(item.value)];
      const expected = item.type === 'Cas' ? [item.expected === undefined ? null : decodeUtf8(item.expected)] : [];
      return formatCommand(item.type, [decodeUtf8(item.key), ...expected, ...rest]);
    });
  });
}

const WRITES = ['PUT a{u} 1', 'DELETE b{u}', 'CAS c{u} nil "2 3"'];

describe('a block in braces', () => {
  test.each([
    ['on one line', 'BATCH { PUT a{u} 1; DELETE b{u}; CAS c{u} nil "2 3" }'],
    ['without spaces behind the brace', 'batch {set a{u} 1;del b{u};cas c{u} nil "2 3" ; }'],
    ['over lines', 'BATCH {\n  PUT a{u} 1\n  DELETE b{u}   # gone\r\n\n  CAS c{u} nil "2 3"\n}'],
    ['over lines, with options', 'BATCH { PUT a{u} 1\nDELETE b{u}\nCAS c{u} nil "2 3" } timeout=2s as=b # done'],
    ['in EXPLAIN', 'EXPLAIN BATCH { PUT a{u} 1; DELETE b{u}; CAS c{u} nil "2 3" }'],
  ])('%s', async (_, text) => {
    const { cluster, results } = await run(text);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ ok: true, value: expect.anything() });
    expect(written(cluster)).toEqual(WRITES);
  });

  test('commands before and behind it, and lines after it, are commands of their own', async () => {
    const { cluster, results, lines } = await run('GET x; BATCH {\nPUT a{u} 1\n} ; GET y\nGET z');
    expect(results).toHaveLength(4);
    expect(lines).toEqual([1, 1, 1, 4]);
    expect(written(cluster)).toEqual(['PUT a{u} 1']);
  });

  test('a lone brace elsewhere is text, and one that is data in a block stands in quotes', async () => {
    const { cluster } = await run('PUT k {; PUT batch {; PUT l }; BATCH { PUT a{u} "}"; PUT b{u} {; PUT c{u} }x }');
    expect(written(cluster)).toEqual(['PUT a{u} "}"', 'PUT b{u} "{"', 'PUT c{u} }x']);
    expect(cluster.actions.slice(0, 3)).toMatchObject([{ operation: { value: encodeUtf8('{') } }, {}, {}]);
  });

  test('times to live belong to the writes', async () => {
    const { cluster } = await run('BATCH { PUT a{u} 1 ttl=2s; CAS b{u} 1 2 ttl=80ms }');
    expect(cluster.actions[0]).toMatchObject({
      operation: { items: [{ ttlUs: 2_000_000 }, { type: 'Cas', ttlUs: 80_000 }] },
    });
  });

  test('what buttons write is read as it was meant', async () => {
    const line = formatBlock('BATCH', WRITES, { as: 'b' });
    expect(line).toBe('BATCH { PUT a{u} 1; DELETE b{u}; CAS c{u} nil "2 3" } as=b');
    const { cluster } = await run(line);
    expect(written(cluster)).toEqual(WRITES);
    expect(cluster.actions[0]).toMatchObject({ client: 'b' });
  });
});

describe('errors have their place, and nothing of the batch is carried out', () => {
  test.each([
    ['BATCH', 'MissingArgument', 'BATCH { write; write … }'],
    ['BATCH {}', 'MissingArgument', 'column 7'],
    ['BATCH { }', 'MissingArgument', 'column 7'],
    ['BATCH { PUT a{u} 1', 'UnterminatedBlock', 'column 7'],
    ['BATCH { PUT a{u} 1}', 'UnterminatedBlock', 'a space before it'],
    ['BATCH { GET a{u} }', 'BadArgument', 'It takes PUT, DELETE, CAS.'],
    ['BATCH { PUTT a{u} 1 }', 'BadArgument', 'PUT'],
    ['BATCH { PUT a{u} }', 'MissingArgument', 'column 9'],
    ['BATCH { PUT a{u} 1 timeout=2s }', 'UnknownOption', 'column 20'],
    ['BATCH { PUT a{u} 1; DELETE a{u} }', 'BadArgument', '"a{u}" again in write 2'],
    ['BATCH { PUT a{u} 1 } now', 'ExtraArgument', 'column 22'],
    ['BATCH as=b { PUT a{u} 1 }', 'MissingArgument', 'in braces'],
    ['BATCH {\n  PUT a{u} 1\n  PUT "b\n}\nGET x', 'UnterminatedQuote', 'line 3, column 7'],
    ['BATCH {\n  PUT a{u} 1\n  DELETE\n}', 'MissingArgument', 'line 3, column 3'],
  ])('%s', async (text, code, told) => {
    const { cluster, results } = await run(text);
    expect(results[0]).toMatchObject({ ok: false, code });
    expect(results[0]?.text).toContain(told);
    expect(cluster.actions.filter((action) => action.type === 'Operate' && action.operation.type !== 'Get')).toEqual(
      [],
    );
  });

  test('a block that is broken, or never closed, ends where its brace does, or with the text', () => {
    const lines = splitLines('BATCH {\n PUT "a\n DELETE b\n}\nGET c\nBATCH {\n PUT a 1\nGET d');
    expect(lines.map(({ number, commands }) => [number, commands.ok])).toEqual([
      [1, false],
      [5, true],
      [6, false],
    ]);
  });

  test('too many writes, and too many bytes', async () => {
    const many = Array.from({ length: BATCH_ITEMS_MAX + 1 }, (_, i) => `DELETE ${i}{u}`);
    expect((await run(formatBlock('BATCH', many))).results[0]).toMatchObject({ code: 'BatchTooLarge' });
    expect((await run(formatBlock('BATCH', many.slice(1)))).results[0]).toMatchObject({ ok: true });
    const half = 'x'.repeat(600_000);
    const large = await run(`BATCH { PUT a{u} ${half}; PUT b{u} ${half} }`);
    expect(large.results[0]).toMatchObject({ code: 'BatchTooLarge' });
    expect(large.results[0]?.text).toContain('1200008 bytes');
  });

  test('a misspelled write is put right within the braces', async () => {
    const { results } = await run('BATCH { DELTE a{u} }');
    expect(results[0]?.corrections).toEqual(['BATCH { DELETE a{u} }']);
  });
});

describe('replies', () => {
  test('all of it, as one entry', async () => {
    const { results } = await run('BATCH { PUT a{u} 1; PUT b{u} 2 }');
    expect(results[0]).toMatchObject({ ok: true, value: true });
    expect(results[0]?.text).toContain('OK  2 writes as one entry · term');
  });

  test('none of it: which condition did not match, and what was there', async () => {
    const cluster = new FakeCluster();
    const actual = encodeUtf8('9');
    cluster.nextOutcome = { status: 'ok', result: { type: 'BatchRefused', item: 1, actual }, ...GROUND };
    const { results } = await run('BATCH { PUT a{u} 1; CAS b{u} 2 3 }', cluster);
    expect(results[0]).toMatchObject({ ok: true, value: false });
    expect(results[0]?.text).toContain('(nothing written) write 2, CAS "b{u}", did not match: it holds "9"  term');
  });
});

describe('completion and mentions', () => {
  const known = { nodes: [], shards: 8, clients: ['client'], keys: ['cart{u1}'] };
  const texts = (line: string) => {
    const cursor = line.indexOf('¦');
    return complete(line.replace('¦', ''), cursor, known).candidates.map(({ text }) => text);
  };

  test('in the braces the writes, their keys and their options; behind them the options of the batch', () => {
    expect(texts('BAT¦')).toEqual(['BATCH']);
    expect(texts('BATCH ¦')).toEqual(['{']);
    expect(texts('BATCH { ¦')).toEqual(['PUT', 'DELETE', 'CAS']);
    expect(texts('BATCH { d¦ }')).toEqual(['DELETE']);
    expect(texts('BATCH { PUT ¦')).toEqual(['cart{u1}']);
    expect(texts('EXPLAIN BATCH { PUT a 1; DELETE c¦')).toEqual(['cart{u1}']);
    expect(texts('BATCH { PUT a 1 ¦')).toEqual(['ttl=']);
    expect(texts('BATCH { PUT a 1; CAS a ¦')).toEqual(['nil']);
    expect(texts('BATCH { PUT a 1 } t¦')).toEqual(['timeout=']);
  });

  test('the keys of the writes can be clicked', () => {
    const line = 'BATCH { PUT a{u} 1; DELETE b{u} }';
    const keys = mentionsInLine(line, known).map(({ at, length }) => line.slice(at, at + length));
    expect(keys).toEqual(['a{u}', 'b{u}']);
  });
});
