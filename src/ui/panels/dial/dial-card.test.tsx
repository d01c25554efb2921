import { describe, expect, test } from 'vitest';
import { runLine } from '../../../console/run-line.ts';
import { createSession, DIAL_DEFAULT, type Dial } from '../../../console/session.ts';
import { FakeCluster } from '../../../console/testing/fake-cluster.ts';
import { READ_WORDS, WRITE_WORDS } from '../../../core/cluster/consistency-words.ts';
import { CLASSROOM } from '../../../core/cluster/presets.ts';
import { countOf, drawn, runOf, textOf } from '../../testing/static-view.tsx';
import { DialCard } from './dial-card.tsx';
import { DialChip } from './dial-chip.tsx';
import { dialWords, READ_ROWS, READ_TRIPS, WRITE_COLUMNS, WRITE_TRIPS } from './dial-words.ts';
import { gridStep } from './grid-step.ts';

const PAIRS = READ_ROWS.flatMap((read) => WRITE_COLUMNS.map((write): Dial => ({ read, write })));

describe('the card', () => {
  test.each(PAIRS)(
    'W=$write R=$read: its cell alone is chosen, and it is told with promise, price and line',
    (dial) => {
      const html = drawn(<DialCard />, { dial });
      expect(countOf(html, 'dial-cell')).toBe(18);
      expect(html.match(/aria-selected="true"/g)).toHaveLength(1);
      const [, cell] = /aria-selected="true"[^>]*>(.*?)<\/td>/.exec(html) ?? [];
      expect(textOf(cell ?? '')).toContain(dialWords(dial.read, dial.write).word);
      // One stop for Tab, at which the focus begins.
      expect(html.match(/tabindex="0"/gi)).toHaveLength(1);
      expect(/<td[^>]*data-first[^>]*>/.exec(html)?.[0]).toContain('aria-selected="true"');
      const text = textOf(html);
      expect(text).toContain(`Reads ${READ_WORDS[dial.read].promise}`.replaceAll('>', '&gt;'));
      expect(text).toContain(`Price: ${READ_WORDS[dial.read].price}.`);
      expect(text).toContain(`Writes ${WRITE_WORDS[dial.write].promise}`);
      expect(text).toContain(`Price: ${WRITE_WORDS[dial.write].price}.`);
      expect(text).toContain(`CONSISTENCY r=${dial.read} w=${dial.write} ✓ set here`);
    },
  );

  test('what SCAN and CAS do instead is told where they do', () => {
    expect(textOf(drawn(<DialCard />, { dial: { read: 3, write: 1 } }))).toMatch(/SCAN reads with r=index.*CAS, and/);
    expect(textOf(drawn(<DialCard />, { dial: DIAL_DEFAULT }))).not.toMatch(/SCAN|CAS/);
  });
});

describe('the card of the eventual keyspace', () => {
  const pairs = ([1, 2, 3] as const).flatMap((r) => ([1, 2, 3] as const).map((w) => ({ r, w })));
  test.each(pairs)('R=$r W=$w: its dots and its word say whether a read meets a write', ({ r, w }) => {
    const eventual = { r, w, quorum: 'strict' } as const;
    const html = drawn(<DialCard />, { keyspace: 'eventual', eventual });
    expect(countOf(html, 'dial-cell')).toBe(9);
    expect(html.match(/aria-selected="true"/g)).toHaveLength(1);
    const [, cell = ''] = /aria-selected="true"[^>]*>(.*?)<\/td>/.exec(html) ?? [];
    expect([countOf(cell, 'dial-dot'), countOf(cell, 'dial-written'), countOf(cell, 'dial-read')]).toEqual([3, w, r]);
    const isMet = cell.includes('dial-written dial-read');
    expect(textOf(cell)).toBe(isMet ? 'overlap' : 'may miss');
    expect(isMet).toBe(r + w > 3);
    expect(textOf(html)).toContain(`CONSISTENCY r=${r} w=${w} quorum=strict ✓ set here`);
    expect(countOf(drawn(<DialChip />, { keyspace: 'eventual', eventual }), 'dial-weak')).toBe(isMet ? 0 : 1);
  });

  test('the sentence, who counts, and a way to the other keyspace', () => {
    const eventual = { r: 1, w: 1, quorum: 'sloppy' } as const;
    const text = textOf(drawn(<DialCard />, { keyspace: 'eventual', eventual }));
    expect(text).toContain('R=1, W=1: a read may return any value that was ever written here.');
    expect(text).toMatch(/Sloppy: while replicas .* keep hints/);
    expect(drawn(<DialCard />, { dial: DIAL_DEFAULT })).toContain('title="USE eventual"');
  });

  test('a cell of four replicas has four dots, and three of them overlap with less', () => {
    const run = runOf({ ...CLASSROOM, nodes: 4, replicationFactor: 4 });
    const html = drawn(<DialCard />, { keyspace: 'eventual', eventual: { r: 2, w: 2, quorum: 'strict' }, run });
    expect(countOf(html, 'dial-cell')).toBe(9);
    const [, cell = ''] = /aria-selected="true"[^>]*>(.*?)<\/td>/.exec(html) ?? [];
    expect(textOf(cell)).toBe('may miss');
    expect(countOf(cell, 'dial-dot')).toBe(4);
  });
});

describe('the words', () => {
  test('every R and W has its place', () => {
    expect(READ_ROWS.map(String).sort()).toEqual(Object.keys(READ_WORDS).sort());
    expect(WRITE_COLUMNS.map(String)).toEqual(Object.keys(WRITE_WORDS));
  });

  test('linearizable only what the settings themselves promise: never stale, and never lost', () => {
    for (const { read, write } of PAIRS) {
      // R=3 promises what R=2 does, in these words.
      const isFresh = /never stale|^as R=2/.test(READ_WORDS[read].promise);
      const isKept = WRITE_WORDS[write].promise.startsWith('committed');
      expect(dialWords(read, write).word === 'linearizable', `R=${read} W=${write}`).toBe(isFresh && isKept);
      expect(dialWords(read, write).sign === '✕', `R=${read} W=${write}`).toBe(!isKept);
    }
  });

  test('the short prices are those of the sentences', () => {
    const first = { one: '1', two: '2', three: '3' };
    const shortOf = (price: string): string => {
      const [, word = ''] = /^(\w+) round trips?/.exec(price) ?? [];
      const more = /; two/.test(price) ? '–2' : /; more/.test(price) ? '+' : '';
      return `${first[word as keyof typeof first]}${more}`;
    };
    for (const { read, write } of PAIRS) {
      expect(READ_TRIPS[read]).toBe(shortOf(READ_WORDS[read].price));
      expect(WRITE_TRIPS[write]).toBe(shortOf(WRITE_WORDS[write].price));
    }
  });
});

describe('the chip', () => {
  test('names what is set, and is marked where an answer may be stale or a write lost', () => {
    const chip = (dial: Dial): string => drawn(<DialChip />, { dial }).split('</button>')[0] as string;
    expect(textOf(chip(DIAL_DEFAULT))).toBe('Consistency: W= 2 R= lease'.replace(/= /g, '='));
    for (const dial of PAIRS)
      expect(countOf(chip(dial), 'dial-weak'), `R=${dial.read} W=${dial.write}`).toBe(
        dial.read === 1 || dial.write === 1 ? 1 : 0,
      );
  });

  test('a console tells what CONSISTENCY has set, all of it, and nothing of a line that fails', async () => {
    const told: Dial[] = [];
    const session = createSession({ onConsistency: (dial) => told.push(dial) });
    const cluster = new FakeCluster();
    for (const line of ['CONSISTENCY r=1', 'CONSISTENCY w=3', 'CONSISTENCY r=4', 'GET k r=2', 'CONSISTENCY'])
      await runLine(cluster, session, line);
    expect(told).toEqual([
      { read: 1, write: 2 },
      { read: 1, write: 3 },
      { read: 1, write: 3 },
    ]);
  });
});

test('keys: arrows to the next cell and no further than the edge, Home and End', () => {
  const step = (row: number, column: number, key: string, isCorner = false) =>
    gridStep({ row, column }, key, isCorner, 6, 3);
  expect(step(2, 1, 'ArrowUp')).toEqual({ row: 1, column: 1 });
  expect(step(0, 1, 'ArrowUp')).toEqual({ row: 0, column: 1 });
  expect(step(5, 1, 'ArrowDown')).toEqual({ row: 5, column: 1 });
  expect(step(2, 1, 'ArrowRight')).toEqual({ row: 2, column: 2 });
  expect(step(2, 2, 'ArrowRight')).toEqual({ row: 2, column: 2 });
  expect(step(2, 0, 'ArrowLeft')).toEqual({ row: 2, column: 0 });
  expect(step(2, 1, 'Home')).toEqual({ row: 2, column: 0 });
  expect(step(2, 1, 'End')).toEqual({ row: 2, column: 2 });
  expect(step(2, 1, 'Home', true)).toEqual({ row: 0, column: 0 });
  expect(step(2, 1, 'End', true)).toEqual({ row: 5, column: 2 });
  expect(step(2, 1, 'Tab')).toBeUndefined();
});
