import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';
import { serveSite } from './static-server.ts';

const LATE = /late-engine-[^/]*\.js$/;

test.describe('the part of the engine that comes late', () => {
  test('comes with the first need of it: FLUSH, W=3, R=3 and REPAIR run with it, and a node that was revived', async ({
    page,
  }) => {
    const asked: string[] = [];
    const site = await serveSite({
      prefix: '/',
      isGone: (path) => {
        if (LATE.test(path)) asked.push(path);
        return false;
      },
    });
    try {
      await openCluster(page, `${site.origin}/?storage=fresh`);
      await runLine(page, 'SPEED max');
      expect(await runLine(page, 'PUT k v w=3')).toMatchObject({ ok: true });
      expect(await runLine(page, 'GET k r=3')).toMatchObject({ ok: true, value: 'v' });
      expect(await runLine(page, 'FLUSH n1')).toMatchObject({ ok: true });
      expect(await runLine(page, 'REPAIR')).toMatchObject({ ok: true });
      expect(await runLine(page, 'KILL n1')).toMatchObject({ ok: true });
      expect(await runLine(page, 'REVIVE n1')).toMatchObject({ ok: true });
      expect(await runLine(page, 'GET k')).toMatchObject({ ok: true, value: 'v' });
      expect(asked.length).toBeGreaterThan(0);
      expect(new Set(asked).size).toBe(1);
      expect((await snapshotOf(page)).nodes.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    } finally {
      site.close();
    }
  });

  test('and that cannot be had any more: what needs it is refused with the reason, what does not goes on', async ({
    page,
  }) => {
    const site = await serveSite({ prefix: '/', isGone: (path) => LATE.test(path) });
    try {
      await openCluster(page, `${site.origin}/?storage=fresh`);
      const refused = await runLine(page, 'CUT n1>n2');
      expect(refused).toMatchObject({ ok: false, code: 'NotFetched' });
      expect(refused.text).toMatch(/late-engine-.*reload the page/s);
      expect(await runLine(page, 'PUT k v w=3')).toMatchObject({ ok: false, code: 'NotFetched' });
      // A question of a node that cannot answer it ends nobody.
      expect(await runLine(page, 'FLUSH n1')).toMatchObject({ ok: false, code: 'NotFetched' });
      expect(await runLine(page, 'PUT k v')).toMatchObject({ ok: true });
      expect(await runLine(page, 'GET k')).toMatchObject({ ok: true, value: 'v' });
      expect(await runLine(page, 'KILL n1')).toMatchObject({ ok: true });
      expect(await runLine(page, 'REVIVE n1')).toMatchObject({ ok: true });
      expect((await snapshotOf(page)).nodes.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    } finally {
      site.close();
    }
  });
});
