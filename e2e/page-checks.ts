import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { runLine } from './page-driver.ts';

interface AxeOptions {
  /** Also in frames, whose landmarks count as the page's own. */
  readonly frames?: boolean;
  /** Only in what this selector finds. */
  readonly within?: string;
}

/** What axe finds, shortened to what one needs to find it. */
export async function violations(page: Page, { frames = true, within }: AxeOptions = {}): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page });
  if (within !== undefined) axe.include(within);
  const { violations: found } = await (frames ? axe : axe.exclude('iframe')).analyze();
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}

/** Controls and texts that stick out of the page, cover each other, cut their own text or are too small to hit; and a page that scrolls by itself. */
export function layoutFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
    // Where there are panels, these scroll; a sentence in place of them may be longer than its frame.
    if (document.querySelector('.panel') !== null && root.scrollHeight > root.clientHeight)
      faults.push(`the page is ${root.scrollHeight} high in ${root.clientHeight}`);
    const name = (element: Element): string =>
      `${element.tagName.toLowerCase()} "${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30)}"`;
    const shown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 2;
    /** What the element scrolls in: there it may be out of sight, and is brought into it. */
    const scrollerOf = (element: Element): Element | null => {
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(at);
        const along = [overflowX, overflowY].some((overflow) => overflow === 'auto' || overflow === 'scroll');
        if (along && (at.scrollHeight > at.clientHeight + 1 || at.scrollWidth > at.clientWidth + 1)) return at;
      }
      return null;
    };
    const controls = [...document.querySelectorAll('button, select, input, a')].filter(shown);
    const fixed = [
      ...document.querySelectorAll(
        'h1, h2, .facts, .clock, .counters dd, .counters dt, .host-chip, .client-box, .node-name, .node-sub, .shard-label, .stage-legend li, .waiting-line, .lookup-facts, .suggestions-title, .suggestions-hint',
      ),
    ].filter(shown);
    for (const element of [...controls, ...fixed]) {
      const { left, right } = element.getBoundingClientRect();
      if ((left < -0.5 || right > innerWidth + 0.5) && scrollerOf(element) === null)
        faults.push(`${name(element)} reaches from ${left} to ${right}`);
      const pane =
        scrollerOf(element) === null
          ? element.closest('.pane, .top-bar, .tabbed, .app')?.getBoundingClientRect()
          : undefined;
      const { top, bottom } = element.getBoundingClientRect();
      if (
        pane !== undefined &&
        (left < pane.left - 1 || right > pane.right + 1 || top < pane.top - 1 || bottom > pane.bottom + 1)
      )
        faults.push(`${name(element)} is cut off by its pane`);
      const cuts = element instanceof HTMLElement && element.scrollWidth > element.clientWidth + 1;
      if (cuts && element.clientWidth > 0 && element.tagName !== 'INPUT')
        faults.push(`${name(element)} cuts its text: ${element.scrollWidth} in ${element.clientWidth}`);
    }
    const all = [...controls, ...fixed];
    for (const element of controls) {
      const { width, height } = element.getBoundingClientRect();
      // A word in a text is as high as its line; a box is hit by its label as well.
      const partOf = element.closest('label, .console-lines');
      // In the lowest frames the whole ring is drawn smaller; what a button does, a command does as well.
      const field = element.closest('.stage-field');
      if (field !== null && getComputedStyle(field).scale !== 'none') continue;
      if (partOf === null && (width < 23.5 || height < 23.5))
        faults.push(`${name(element)} is ${width} × ${height}, too small to hit`);
    }
    // What scrolls inside its panel is covered by the panel's edge, not by its neighbour.
    const boxes = all
      .filter((element) => scrollerOf(element) === null)
      .map((element) => ({ element, box: element.getBoundingClientRect() }));
    for (const [i, { element: a, box: p }] of boxes.entries()) {
      for (const { element: b, box: q } of boxes.slice(i + 1)) {
        const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        if (width > 1 && height > 1 && !a.contains(b) && !b.contains(a))
          faults.push(`${name(a)} and ${name(b)} overlap by ${width} × ${height}`);
      }
    }
    return faults;
  });
}

/** Time stands, and everything that was reported is drawn. */
export async function settle(page: Page): Promise<void> {
  await runLine(page, 'PAUSE');
  // React and the frame loop have drawn what the console answered.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
