import type { Page } from '@playwright/test';
import { smallTargets } from './access-checks.ts';
import { expect, test } from './fixtures.ts';
import { layoutFaults, settle, violations } from './page-checks.ts';
import { openCluster, runLine, showTab, snapshotOf, tabNames } from './page-driver.ts';

test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');

const SIZES = [
  [9, 64],
  [12, 64],
] as const;

for (const [nodes, shards] of SIZES) {
  test(`${nodes} nodes × ${shards} shards work and stay readable`, async ({ page }) => {
    // Twelve workers start at once, and axe looks at two sizes: on a busy machine the usual two minutes are not enough.
    test.setTimeout(300_000);
    await page.setViewportSize({ width: 1440, height: 900 });
    await openCluster(page, `./?storage=fresh&seed=7&nodes=${nodes}&shards=${shards}&speed=max`);
    const last = `n${nodes}`;
    expect(await runLine(page, 'PUT user:42 ada')).toMatchObject({ ok: true });
    await runLine(page, `KILL ${last}`);
    expect(await runLine(page, `REVIVE ${last}`), 'from its own disk').toMatchObject({ ok: true });
    expect(await runLine(page, 'RUN until=leader')).toMatchObject({ ok: true });
    await settle(page);
    const snapshot = await snapshotOf(page);
    expect(snapshot.nodes.map(({ id, state }) => `${id} ${state}`)).toEqual(
      Array.from({ length: nodes }, (_, i) => `n${i + 1} up`),
    );
    expect(snapshot.shards.filter(({ leader }) => leader !== null)).toHaveLength(shards);
    await expect(page.locator('.host-chip')).toContainText(`${nodes} workers · IndexedDB`);
    expect(await runLine(page, 'GET user:42')).toMatchObject({ ok: true, value: 'ada' });
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await expect(page.locator('.stage-node')).toHaveCount(nodes);
      for (const tab of await tabNames(page)) {
        await showTab(page, tab);
        expect(await layoutFaults(page), `${width} px wide, ${tab}`).toEqual([]);
        const discs = await discGaps(page);
        expect(Math.min(...discs, 99), `${width} px wide, ${tab}: between two discs`).toBeGreaterThan(0.5);
      }
      expect(await smallTargets(page, 24), `${width} px wide`).toEqual([]);
      expect(await violations(page), `${width} px wide`).toEqual([]);
    }
  });
}

/** From each node's outline to the next one's, in CSS pixels; empty where the stage is not in view. */
const discGaps = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => {
    const discs = [...document.querySelectorAll('.stage-node')].map((node) => {
      const circle = node.querySelector('circle[stroke-width]:not([fill="none"])');
      const { x, y, width } = (circle ?? node).getBoundingClientRect();
      const outline = Number(circle?.getAttribute('stroke-width') ?? 0);
      return { x: x + width / 2, y: y + width / 2, radius: (width + outline) / 2 };
    });
    if (discs.every(({ radius }) => radius === 0)) return [];
    return discs.map((disc, i) => {
      const next = discs[(i + 1) % discs.length] ?? disc;
      return Math.hypot(next.x - disc.x, next.y - disc.y) - disc.radius - next.radius;
    });
  });
