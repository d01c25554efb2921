import { expect, test } from './fixtures.ts';
import { openCluster, runLine } from './page-driver.ts';

test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');

test('a node keeps its disk when its worker collects garbage', async ({ page }) => {
  let served = 0;
  await page.context().route(/ringside\.worker[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    served++;
    await route.fulfill({ response, body: `setInterval(() => gc(), 30);\n${await response.text()}` });
  });
  await openCluster(page);
  expect(served).toBeGreaterThan(0);
  await runLine(page, 'SPEED max');
  for (let i = 0; i < 15; i++) expect(await runLine(page, `PUT key${i} ${i}`)).toMatchObject({ ok: true });
  expect((await runLine(page, 'STATUS')).text).not.toContain('crashed');
});
