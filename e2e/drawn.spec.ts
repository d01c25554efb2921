import type { Page } from '@playwright/test';
import type { ClusterSnapshot } from '../src/core/cluster/snapshot.ts';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, showTab } from './page-driver.ts';

/** What `LOG` answers of one replica. */
interface Log {
  readonly role: string;
  readonly term: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly entries: readonly { readonly index: number; readonly term: number; readonly label: string }[];
}

const KEY = 'user:42';
const NODES = ['n1', 'n2', 'n3'];
const ROLES: Readonly<Record<string, string>> = {
  leader: 'Leader',
  follower: 'Follower',
  candidate: 'Candidate',
  precandidate: 'Pre-candidate',
};

async function status(page: Page): Promise<ClusterSnapshot> {
  return (await runLine(page, 'STATUS')).value as ClusterSnapshot;
}

async function log(page: Page, node: string, shard: string): Promise<Log> {
  const [value] = (await runLine(page, `LOG ${node} ${shard}`)).value as readonly Log[];
  return value as Log;
}

const stateOf = ({ state, recovering, crashReason }: ClusterSnapshot['nodes'][number]): string =>
  crashReason !== null ? `crashed: ${crashReason}` : recovering ? 'recovering' : state;

/** Cells as `n1 3 t1 applied user:42`, without those that are struck through. */
const cellsDrawn = (page: Page): Promise<readonly string[]> =>
  page.locator('.lane .cell:not(.cell-removed)').evaluateAll((cells) =>
    cells.map((cell) => {
      const [node, index] = (cell as HTMLElement).dataset.place?.split('/') ?? [];
      const text = (name: string) => cell.querySelector(name)?.textContent?.replace('≠', '');
      const state = /cell-(sent|stored|committed|applied)/
        .exec(cell.className)?.[1]
        ?.replace(/sent|stored/, 'in the log');
      return `n${node} ${index} ${text('.cell-term')} ${state} ${text('.cell-label')}`;
    }),
  );

function cellsHeld(node: string, { entries, commitIndex, appliedIndex }: Log): readonly string[] {
  return entries.map(({ index, term, label }) => {
    const state = index <= appliedIndex ? 'applied' : index <= commitIndex ? 'committed' : 'in the log';
    return `${node} ${index} t${term} ${state} ${label}`;
  });
}

const rows = (page: Page, caption: RegExp): Promise<readonly (readonly string[])[]> =>
  page
    .getByRole('table', { name: caption })
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent?.replace('✕ ', '') ?? '')));

/** Time stands: the page catches up with what the commands answer, and then shows that and nothing else. */
async function expectDrawn(page: Page, shard: string, moment: string): Promise<void> {
  const snapshot = await status(page);
  const logs = new Map<string, Log>();
  for (const node of NODES) logs.set(node, await log(page, node, shard));
  const logOf = (node: string): Log => logs.get(node) as Log;
  const held = NODES.flatMap((node) => cellsHeld(node, logOf(node)));
  await expect.poll(() => cellsDrawn(page), `${moment}: the cells of the logs`).toEqual(held);

  for (const node of snapshot.nodes) {
    const { role, term } = logOf(node.id);
    const words = {
      up: `${node.id}. ${ROLES[role]} of ${shard}, term ${term}`,
      recovering: `${node.id}. Recovers`,
      down: `${node.id}. Down`,
    }[stateOf(node)];
    const disc = page.getByRole('toolbar', { name: 'Nodes' }).getByRole('button', { name: new RegExp(`^${words}\\b`) });
    await expect(disc, `${moment}: ${words}`).toHaveCount(1);
  }

  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect
    .poll(async () => (await rows(page, /^Nodes/)).map((row) => row.slice(0, 6)), `${moment}: the table of nodes`)
    .toEqual(
      snapshot.nodes.map((node) => {
        const { role, term, commitIndex, appliedIndex } = logOf(node.id);
        return [node.id, stateOf(node), role, `${term}`, `${commitIndex}`, `${appliedIndex}`];
      }),
    );
  expect(await rows(page, /^Shards/), `${moment}: the table of shards`).toEqual(
    snapshot.shards.map(({ id, leader, replicas, move, term, commitIndex }) => [
      ...[id, leader ?? 'none', replicas.join(' '), move === null ? '–' : 'none of them moves'],
      ...[`${term}`, `${commitIndex}`],
    ]),
  );
  await page.getByRole('button', { name: 'Picture', exact: true }).click();
}

test('while time stands, discs, logs and tables show what STATUS and LOG answer', async ({ page }) => {
  test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');
  await openCluster(page, './?storage=fresh&seed=7');
  await runLine(page, 'PAUSE');
  await showTab(page, 'Raft');
  const written = await runLine(page, `PUT ${KEY} ada`);
  const shard = /s\d/.exec((await page.locator('.shard-button[aria-pressed=true]').textContent()) ?? '')?.[0] as string;
  expect(written.ok).toBe(true);
  await expectDrawn(page, shard, 'after a write');
  const leader = (await status(page)).shards.find(({ id }) => id === shard)?.leader as string;
  const others = NODES.filter((node) => node !== leader);
  const moments: readonly (readonly [line: string, forTime: string])[] = [
    [`PUT ${KEY} bob`, '1ms'],
    [`PARTITION ${leader} client | ${others.join(' ')}`, '7ms'],
    [`PUT ${KEY} lost timeout=30ms`, '350ms'],
    ['HEAL', '1200ms'],
    [`KILL ${leader}`, '3ms'],
    [`PUT ${KEY} carol`, '1ms'],
    [`REVIVE ${leader}`, '1ms'],
    ['CONFIG link.drop=0.2', '777ms'],
  ];
  const looked = process.env.RINGSIDE_LONG === '1' ? moments : moments.filter((_, i) => i % 2 === 0);
  for (const [line, forTime] of looked) {
    await runLine(page, line);
    await runLine(page, `RUN for=${forTime}`);
    await expectDrawn(page, shard, `${forTime} after ${line}`);
  }
  await runLine(page, 'SPEED max');
  await runLine(page, 'RUN for=5s');
  await expectDrawn(page, shard, 'after five seconds at full speed');
});
