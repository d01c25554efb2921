import { expect, test } from './fixtures.ts';
import { openCluster, runLine } from './page-driver.ts';

const MIB = 1024 * 1024;

/** Line, code, and what the text must say: the problem, the place, the remedy. */
const BAD: readonly (readonly [string, string, RegExp, RegExp, RegExp])[] = [
  ['FROB x', 'UnknownVerb', /no command FROB/, /column 1\b/, /HELP/],
  ['GTE user:42', 'UnknownVerb', /no command GTE/, /column 1\b/, /mean GET/],
  ['KILL n9', 'UnknownNode', /no node n9/, /column 6\b/, /n1, n2, n3/],
  ['KILL', 'MissingArgument', /needs a node/, /KILL/, /Usage: KILL/],
  ['LOG n1 s8', 'UnknownShard', /no shard s8/, /column 8\b/, /s0 to s7/],
  ['PUT a 1 colour=red', 'UnknownOption', /no option colour=/, /column 9\b/, /timeout=, via=, as=/],
  ['PUT a 1 timeout=5', 'BadOption', /needs a unit/, /column 17\b/, /5ms or 5s/],
  ['PUT a 1 via=n7', 'UnknownNode', /no node n7/, /column 13\b/, /n1, n2, n3/],
  ['GET a r=7', 'BadOption', /7 is not available/, /column 9\b/, /index/],
  ['SCAN a limit=x', 'BadOption', /x is not a whole number/, /column 14\b/, /from 1 to/],
  ['PUT a', 'MissingArgument', /PUT needs a value/, /PUT/, /Usage: PUT key value/],
  ['PUT a b c', 'ExtraArgument', /c is too much/, /column 9\b/, /quotes/],
  ['GET', 'MissingArgument', /GET needs a key/, /GET/, /Usage: GET key/],
  ['PAUSE now', 'ExtraArgument', /now is too much/, /column 7\b/, /Usage: PAUSE/],
  ['PUT "a 1', 'UnterminatedQuote', /never closed/, /column 5\b/, /Close it/],
  ["PUT a 'b", 'UnterminatedQuote', /never closed/, /column 7\b/, /Close it/],
  ['PUT "a"b 1', 'BadQuote', /follows a closing quote/, /column 8\b/, /space/],
  ['PUT a "\\q"', 'BadEscape', /not an escape/, /column 8\b/, /Inside quotes write/],
  ['PUT "" 1', 'EmptyKey', /key is empty/, /column 5\b/, /at least one character/],
  ['SPEED 0', 'BadArgument', /stand still/, /column 7\b/, /PAUSE/],
  ['CUT n1', 'BadArgument', /not a link/, /column 5\b/, /n1>n2/],
  ['PARTITION n1 n2 n3', 'NothingToDo', /in one group/, /PARTITION/, /\| between|Put a \|/],
  ['RUN', 'MissingArgument', /how far/, /RUN/, /RUN for=2s/],
  ['REVIVE n1', 'AlreadyUp', /n1 is up already/, /n1/, /KILL n1/],
  ['PUT 😀 "open', 'UnterminatedQuote', /never closed/, /column 7\b/, /Close it/],
];

test('bad input: each line has its code, and its text says problem, place and remedy', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  for (const [line, code, problem, place, remedy] of BAD) {
    const answer = await runLine(page, line);
    expect(answer, line).toMatchObject({ ok: false, code });
    for (const part of [problem, place, remedy]) expect(answer.text, line).toMatch(part);
    const shown = page.locator('.console-entry').last();
    await expect(shown.locator('.console-command')).toContainText(line);
    await expect(shown.locator('.console-bad')).toContainText(answer.text.slice(0, 40));
  }
  // None of it touched the cluster.
  expect(await runLine(page, 'SCAN ""')).toMatchObject({ ok: true, value: [] });
});

test('a value of 1 MiB is stored and read back whole; one byte more is refused', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED max');
  const putSized = (key: string, bytes: number) =>
    page.evaluate(
      ([k, n]) => window.ringside.run(`PUT ${k} ${'0123456789abcdef'.repeat(n / 16 + 1).slice(0, n)} timeout=20s`),
      [key, bytes] as const,
    );
  expect(await putSized('big', MIB)).toMatchObject({ ok: true });
  await expect(page.locator('.console-command').last()).toHaveText(/^› PUT big [0-9a-f]+… \(1048\d{3} characters\)/);
  const equal = await page.evaluate(async (n) => {
    const { value } = await window.ringside.run('GET big timeout=20s');
    return value === '0123456789abcdef'.repeat(n / 16);
  }, MIB);
  expect(equal).toBe(true);
  const refused = await putSized('bigger', MIB + 1);
  expect(refused).toMatchObject({ ok: false, code: 'ValueTooLarge' });
  expect(refused.text).toMatch(/1048577 bytes.*column 12\b.*1048576/);
  expect(await runLine(page, 'GET bigger timeout=20s')).toMatchObject({ ok: true, value: null });
  // It survives on every disk: recovery reads it too.
  await runLine(page, 'KILL n1; KILL n2; KILL n3; REVIVE n1; REVIVE n2; REVIVE n3');
  const length = await page.evaluate(
    async () => String((await window.ringside.run('GET big timeout=60s')).value).length,
  );
  expect(length).toBe(MIB);
  await page
    .evaluate(() => window.ringside.run(`PUT ${'k'.repeat(70_000)} v`))
    .then((answer) =>
      expect(answer).toMatchObject({
        ok: false,
        code: 'KeyTooLarge',
        text: expect.stringMatching(/70000 bytes.*column 5\b/),
      }),
    );
});

const PAIRS: readonly (readonly [string, string])[] = [
  ['ключ:42', 'Ада Лавлейс'],
  ['用户:42', '艾达'],
  ['مفتاح', 'قيمة'],
  ['מפתח', 'ערך'],
  ['कुंजी', 'मान'],
  ['κλειδί', 'τιμή'],
  ['cle\u0301', 'decomposed'],
  ['clé', 'composed'],
  ['👩‍👩‍👧‍👦', '🏳️‍🌈 family'],
  ['𝔘𝔫𝔦', '\u{10ffff}'],
  ['with "quotes" and \\', "it's; # no comment"],
  ['nil', 'nil'],
  ['a=b', 'timeout=5s'],
];

test('keys of any script and emoji come back as they were given, from GET and SCAN', async ({ page }) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED max');
  const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  for (const [key, value] of PAIRS) {
    expect(await runLine(page, `PUT ${quote(key)} ${quote(value)}`), key).toMatchObject({ ok: true });
  }
  for (const [key, value] of PAIRS)
    expect(await runLine(page, `GET ${quote(key)}`), key).toMatchObject({ ok: true, value });
  const { value } = await runLine(page, 'SCAN "" limit=100');
  const byBytes = [...PAIRS].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(value).toEqual(byBytes);
  await expect(page.locator('.console-entry').last()).toContainText('👩‍👩‍👧‍👦');
});

test('a pasted script runs line by line: comments and blank lines are passed over, an error does not stop it', async ({
  page,
}) => {
  await openCluster(page, './?storage=fresh');
  await runLine(page, 'SPEED max');
  const input = page.getByRole('combobox', { name: 'Command' });
  const script = '# a script\nPUT a 1 # with a comment\r\n\r\nPUT b "2; # literal"\nNONSENSE\n  get A; GET a; GET b\n';
  await input.evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, script);
  const results = page
    .locator('.console-entry')
    .filter({ hasNot: page.locator('.console-source') })
    .locator('.console-result');
  await expect(results).toHaveText([
    /^OK/,
    /^OK/,
    /There is no command NONSENSE \(column 1\)/,
    /^\(nil\)/,
    /^"1"/,
    /^"2; # literal"/,
  ]);
  await expect(input).toHaveValue('');
  // As one text through the scripting interface, errors name their line.
  const answer = await runLine(page, 'GET a\n# nothing\nFROB');
  expect(answer).toMatchObject({ ok: false, code: 'UnknownVerb' });
  expect(answer.text).toMatch(/line 3, column 1/);
  expect(await runLine(page, '# only a comment')).toEqual({ ok: true, text: '' });
});

test('the arrow keys recall what was typed', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh');
  const input = page.getByRole('combobox', { name: 'Command' });
  for (const line of ['STATUS', 'HELP PUT']) {
    await input.fill(line);
    await input.press('Enter');
  }
  await input.press('ArrowUp');
  await expect(input).toHaveValue('HELP PUT');
  await input.press('ArrowUp');
  await expect(input).toHaveValue('STATUS');
  await input.press('ArrowDown');
  await input.press('ArrowDown');
  await expect(input).toHaveValue('');
});
