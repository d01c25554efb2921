import { expect, type Locator, type Page } from '@playwright/test';
import { openCluster, runLine, showConsole, showTab, snapshotOf, tabNames } from './page-driver.ts';

/** Something that is shown only when it is asked for. */
export interface Surface {
  readonly name: string;
  /** The button that opens it, where it is one: the focus comes back to it. */
  readonly opener?: (page: Page) => Locator;
  /** Where it is, as a selector. */
  readonly within: string;
  /** Brings it up; returns when it is there. */
  readonly open: (page: Page) => Promise<void>;
}

const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
const dialog = (page: Page, name: string | RegExp): Locator => page.getByRole('dialog', { name });

/** It is open, and what stands in it under its head, which is fetched when it is first opened, is there. */
async function seeFilled(card: Locator): Promise<void> {
  await expect(card).toBeVisible();
  await expect(card.locator('.card-head ~ *').first()).toBeVisible();
}

/** A card or sheet behind a button of its own; `then` is pressed in it. */
function behind(opener: (page: Page) => Locator, title: string, then?: string | RegExp): Surface {
  return {
    name: then === undefined ? title : `${title}, ${then}`,
    opener,
    within: '.popover:popover-open, dialog[open]',
    async open(page) {
      await opener(page).click();
      await seeFilled(dialog(page, title));
      if (then === undefined) return;
      await dialog(page, title).getByRole('button', { name: then }).first().click();
    },
  };
}

/** Where there is not room for all, the stage is behind a tab. */
async function showStage(page: Page): Promise<void> {
  if ((await tabNames(page)).some((name) => name.includes('Ring')))
    await page.getByRole('tab', { name: 'Ring' }).click();
}

const line = (page: Page): Locator => page.getByRole('combobox', { name: 'Command' });
const node = (page: Page): Locator => page.getByRole('button', { name: /^n1\. / });

/** All dialogs, popovers, menus and cards of the page. */
export const SURFACES: readonly Surface[] = [
  behind((page) => button(page, 'Keys'), 'Keys'),
  behind((page) => page.locator('.preset-button'), 'Start another cluster'),
  behind((page) => page.locator('.preset-button'), 'Start another cluster', /5 nodes/),
  behind((page) => button(page, 'Class'), 'In class'),
  behind((page) => button(page, 'Class'), 'In class', 'Reset for the next class'),
  behind((page) => button(page, 'Theme'), 'Theme'),
  behind((page) => page.locator('.next-button'), 'What can happen next'),
  {
    ...behind((page) => button(page, 'What is real here?'), 'What is real here'),
    async open(page) {
      await showStage(page);
      await button(page, 'What is real here?').click();
      await seeFilled(dialog(page, 'What is real here'));
    },
  },
  {
    name: 'the palette',
    within: 'dialog[open]',
    async open(page) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Find a command' }).fill('k');
    },
  },
  {
    name: 'the card of a node',
    within: '.stage',
    opener: node,
    async open(page) {
      await showStage(page);
      await node(page).click();
      await expect(dialog(page, 'Node n1')).toBeVisible();
    },
  },
  {
    name: 'the card of a link that is cut one way',
    within: '.stage',
    async open(page) {
      await showStage(page);
      await runLine(page, 'CUT n1>n2');
      await node(page).click();
      await dialog(page, 'Node n1').getByRole('button', { name: 'n2' }).click();
      await expect(dialog(page, /^Link n1 – n2/)).toContainText('cut from n1 to n2');
    },
  },
  {
    name: 'an entry',
    within: '.popover:popover-open, dialog[open], .entry-card',
    async open(page) {
      await showTab(page, 'Raft');
      await page.locator('.lane .cell').last().click();
      await seeFilled(dialog(page, /^Entry \d+ of s\d/));
    },
  },
  {
    name: 'a step of an operation',
    within: '.write-path',
    async open(page) {
      await showTab(page, 'Write path');
      const step = page.getByRole('list', { name: 'Steps, oldest first' }).getByRole('button').nth(1);
      await step.click();
      await expect(step).toHaveAttribute('aria-pressed', 'true');
    },
  },
  {
    name: 'a key found on the ring',
    within: '.stage',
    async open(page) {
      await showStage(page);
      await button(page, 'Find a key').click();
      await page.getByRole('textbox', { name: 'Where does a key live?' }).fill('user:42');
      await page.keyboard.press('Enter');
      await expect(page.locator('.walk')).toHaveAttribute('data-done', 'true');
    },
  },
  {
    name: 'what other vnodes would do',
    within: '.popover:popover-open',
    async open(page) {
      await showStage(page);
      const finder = button(page, 'Find a key');
      if ((await finder.getAttribute('aria-pressed')) === 'false') await finder.click();
      await button(page, 'What if: vnodes').click();
      await seeFilled(dialog(page, 'What if a node had other vnodes'));
    },
  },
  {
    name: 'the tables',
    within: '.stage',
    async open(page) {
      await showStage(page);
      await button(page, 'Table').click();
      await expect(page.getByRole('table', { name: 'Links' })).toBeVisible();
    },
  },
  {
    name: 'the picture, with all shards',
    within: '.stage',
    async open(page) {
      await showStage(page);
      await button(page, 'Picture').click();
      await button(page, 'All shards').click();
    },
  },
  {
    name: 'completions',
    within: '.console',
    async open(page) {
      await showConsole(page);
      await line(page).fill('PUT k v ');
      await expect(page.getByRole('listbox')).toBeVisible();
      await page.keyboard.press('Tab');
    },
  },
  {
    ...behind((page) => page.locator('.dial-chip'), 'What R and W promise'),
    async open(page) {
      await showConsole(page);
      await page.locator('.dial-chip').click();
      await seeFilled(dialog(page, 'What R and W promise'));
    },
  },
  {
    name: 'the search of the history',
    within: '.console',
    async open(page) {
      await showConsole(page);
      await line(page).fill('');
      await line(page).press('Control+r');
      await page.keyboard.type('x');
    },
  },
];

/** Closes whatever is open. Escape does, for everything. */
export async function closeAll(page: Page): Promise<void> {
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
  await expect(page.locator('dialog[open], .popover:popover-open')).toHaveCount(0);
}

/** A write, a kill and an election, some errors; then time stands, with a node down. */
export async function openLivedIn(page: Page): Promise<void> {
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'SPEED 1; PUT user:42 ada; SPEED max');
  const { leader } = (await snapshotOf(page)).shards.find(({ id }) => id === 's6') ?? {};
  await runLine(page, `KILL ${leader}; RUN until=leader`);
  for (const text of ['FROB', 'PUT a', 'KILL n9', `PUT ${'long'.repeat(60)} x y`]) await runLine(page, text);
  await runLine(page, 'PAUSE');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
