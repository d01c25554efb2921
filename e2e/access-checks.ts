import type { Page } from '@playwright/test';

/**
 * What can be pressed and is lower than `high` or narrower than 24 CSS pixels, which WCAG 2.5.8 wants both ways. Names within a text may be: they
 * stand in its lines.
 */
export function smallTargets(page: Page, high: number): Promise<readonly string[]> {
  return page.evaluate((height) => {
    const WIDTH = 24;
    const found = new Set<string>();
    const pressed =
      'button, a[href], select, input, summary, [role="button"], [role="tab"], [role="option"], [cmdk-item]';
    const isText = (node: Node): boolean => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '';
    for (const element of document.querySelectorAll(pressed)) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const inText = getComputedStyle(element).display.startsWith('inline') && element.matches('.name-button, a');
      if (inText && [...(element.parentElement?.childNodes ?? [])].some(isText)) continue;
      // A field and its words are one target; so are a thing of the stage and the clear shape that catches what is pressed.
      const area = element.closest('label') ?? element.querySelector('.node-hit') ?? element;
      let { width: across, height: up } = area.getBoundingClientRect();
      if (across <= 2) continue;
      const line = element.querySelector('.link-hit');
      if (line !== null) across = up = Number.parseFloat(getComputedStyle(line).strokeWidth);
      const around = getComputedStyle(element, '::after');
      if (around.position === 'absolute') {
        across = Math.max(across, Number.parseFloat(around.width));
        up = Math.max(up, Number.parseFloat(around.height));
      }
      if (across >= WIDTH - 0.5 && up >= height - 0.5) continue;
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30);
      found.add(
        `${element.getAttribute('class') ?? element.tagName} "${name}": ${across.toFixed(0)} × ${up.toFixed(0)}`,
      );
    }
    return [...found];
  }, high);
}

/** One stop of Tab. */
export interface Stop {
  readonly name: string;
  /** Nothing of it or around it looks other than without the focus. */
  readonly unmarked: boolean;
  /** It lies outside the page, or under something else. */
  readonly hidden: boolean;
  /** It stands before the stop that came before it. */
  readonly backwards: boolean;
}

/**
 * Tab through the whole page, from its beginning until it begins again: what the stops are. Text is marked where focus is by an outline, a border or
 * the like on the element, inside it or on what holds it.
 */
export async function tabStops(page: Page, most = 250): Promise<readonly Stop[]> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.getSelection()?.removeAllRanges();
    (window as unknown as { before?: Element | undefined }).before = undefined;
  });
  const stops: Stop[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate((): Stop | undefined => {
      const state = window as unknown as { before?: Element; first?: Element };
      const at = document.activeElement;
      if (at === null || at === document.body) return undefined;
      const before = state.before;
      if (before === undefined) state.first = at;
      else if (at === state.first) return undefined;
      state.before = at;
      const looks = (): string =>
        [at, ...at.querySelectorAll('*'), at.parentElement, at.parentElement?.parentElement]
          .flatMap((part) =>
            part instanceof Element ? [undefined, '::after'].map((pseudo) => getComputedStyle(part, pseudo)) : [],
          )
          .map((style) =>
            [
              style.outlineStyle,
              style.outlineWidth,
              style.boxShadow,
              style.borderColor,
              style.stroke,
              style.background,
            ].join(),
          )
          .join('|');
      const focused = looks();
      const box = (at.querySelector('.node-hit, .link-hit') ?? at).getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const top = document.elementFromPoint(x, y);
      // Fields are marked as long as they have the focus, by key or not.
      const shown = at.matches(':focus-visible');
      (at as HTMLElement).blur();
      const blurred = looks();
      (at as HTMLElement).focus({ preventScroll: true });
      const name = at.getAttribute('aria-label') ?? at.textContent?.trim().slice(0, 40) ?? '';
      const inView = x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight;
      const uncovered =
        top !== null && (at.contains(top) || top.contains(at) || top.closest('.stage') === at.closest('.stage'));
      return {
        name: `${at.tagName.toLowerCase()} ${name}`,
        unmarked: !shown || focused === blurred,
        hidden: !inView || !uncovered,
        // The command line keeps one Tab for the command that waits in it; one that kept them all would be met again and again.
        backwards:
          before !== undefined &&
          before !== at &&
          (before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) === 0,
      };
    });
    if (stop === undefined) return stops;
    stops.push(stop);
  }
  throw new Error(`After ${most} presses of Tab the page has not begun again: ${stops.at(-1)?.name}`);
}

/** Names of what moves by itself just now. */
export const animations = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState }) => playState === 'running')
      .map((animation) => {
        const target = (animation.effect as KeyframeEffect | null)?.target;
        return `${(animation as CSSAnimation).animationName ?? 'transition'} on ${target?.getAttribute('class')}`;
      }),
  );

/** How many different pictures the messages' canvas shows within `frames` frames. */
export function canvasPictures(page: Page, frames: number): Promise<number> {
  return page.evaluate(async (count) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.message-canvas');
    const seen = new Set<string>();
    for (let i = 0; i < count; i++) {
      await new Promise(requestAnimationFrame);
      seen.add(canvas?.toDataURL() ?? '');
    }
    return seen.size;
  }, frames);
}
