import { expect, test } from './fixtures.ts';

/** The guard itself: each of these must fail, or no other test's silence means anything. */
test.describe('the console guard', () => {
  for (const [what, script] of [
    ['an error', `console.error('x')`],
    ['a warning', `console.warn('x')`],
    ['an uncaught error', `setTimeout(() => { throw new Error('x'); })`],
    ['an unhandled rejection', `Promise.reject(new Error('x'))`],
    ['a warning in a worker', `new Worker(URL.createObjectURL(new Blob(["console.warn('x')"])))`],
    ['an uncaught error in a worker', `new Worker(URL.createObjectURL(new Blob(["throw new Error('x')"])))`],
  ] as const) {
    test(`notices ${what}`, async ({ page }) => {
      test.fail();
      await page.setContent(`<script>${script}</script>`);
      await page.waitForTimeout(500);
    });
  }

  test('lets the rest pass', async ({ page }) => {
    const heard = page.waitForEvent('console');
    await page.setContent(`<script>console.log('x'); console.info('y')</script>`);
    expect((await heard).text()).toBe('x');
  });
});
