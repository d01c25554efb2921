import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { formatBlock, formatCommand } from '../src/console/format-command.ts';
import { decodeUtf8 } from '../src/core/base/utf8.ts';
import type { Action, TimedAction } from '../src/core/cluster/action.ts';
import type { KeyWrite } from '../src/core/node/message.ts';
import { replay } from '../src/sim/run.ts';
import { decodeRun } from '../src/sim/saved-run.ts';
import { drawSchedule } from '../src/sim/schedule.ts';
import { expect, test } from './fixtures.ts';
import { openCluster, runLine, snapshotOf } from './page-driver.ts';

const SECONDS = 60;

interface TimedLine {
  readonly timeMs: number;
  readonly line: string;
}

const text = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : decodeUtf8(bytes));

function writeLine(write: KeyWrite, named: Readonly<Record<string, string>> = {}): string {
  const key = text(write.key);
  if (write.type === 'Delete') return formatCommand('DELETE', [key], named);
  if (write.type === 'Put') return formatCommand('PUT', [key, text(write.value)], named);
  return formatCommand('CAS', [key, text(write.expected), text(write.value)], named);
}

function lineOf(action: Action): string {
  switch (action.type) {
    case 'Operate': {
      const { operation, client, options } = action;
      const named = { as: client, timeout: `${options.timeoutUs}us` };
      switch (operation.type) {
        case 'Batch': {
          const writes = operation.items.map((item) => writeLine(item));
          return formatBlock('BATCH', writes, named);
        }
        case 'Get':
          return formatCommand('GET', [text(operation.key)], named);
        case 'Scan':
          return formatCommand('SCAN', [text(operation.from), text(operation.to)], {
            ...named,
            limit: String(operation.limit),
          });
        case 'EventualRead':
        case 'EventualWrite':
          throw new Error('the schedule is one of the strong keyspace');
        default:
          return writeLine(operation, named);
      }
    }
    case 'Kill':
    case 'Revive':
      return formatCommand(action.type, [`n${action.node}`]);
    case 'Partition': {
      const words = action.groups.flatMap((group, i) => (i === 0 ? group : ['|', ...group]));
      return formatCommand('PARTITION', words);
    }
    case 'Isolate':
      return formatCommand('ISOLATE', [action.actor]);
    case 'Cut':
      return formatCommand('CUT', [`${action.from}${action.bothWays ? '<>' : '>'}${action.to}`]);
    case 'Heal':
      return formatCommand('HEAL', action.actor === undefined ? [] : [action.actor]);
    case 'Configure':
      return formatCommand('CONFIG', [], { [action.name]: String(action.value) });
    default:
      throw new Error(`the schedule has no ${action.type}`);
  }
}

/** Gives each line when virtual time has come to it, and waits for no answer; back when the last one is given. */
function drive(page: Page, lines: readonly TimedLine[]): Promise<readonly string[]> {
  return page.evaluate(async (all) => {
    const unexpected: string[] = [];
    for (const { timeMs, line } of all) {
      while (window.ringside.snapshot().timeMs < timeMs) await new Promise((resolve) => setTimeout(resolve, 2));
      void window.ringside.run(line).then(({ code, text }) => {
        if (code !== undefined && /^(Unknown(Verb|Node|Option)|Bad|Missing|Extra|Internal)/.test(code))
          unexpected.push(`${line}: ${text}`);
      });
    }
    return unexpected;
  }, lines);
}

test.skip(process.env.RINGSIDE_LONG !== '1', 'in the long run');

test(`${SECONDS} virtual seconds of a drawn schedule, driven live with a reload in the middle, replay to the page’s digest`, async ({
  page,
}, info) => {
  test.setTimeout(300_000);
  const durationUs = SECONDS * 1_000_000;
  const faults = new Set(['kill', 'partition', 'loss'] as const);
  const schedule: readonly TimedAction[] = drawSchedule({
    seed: 7,
    nodes: 3,
    durationUs,
    operationsPerSecond: 5,
    faults,
  });
  const lines = schedule.map(({ timeUs, action }) => ({ timeMs: timeUs / 1000, line: lineOf(action) }));
  const middle = lines.findIndex(({ timeMs }) => timeMs >= (SECONDS * 1000) / 2);
  await openCluster(page, './?seed=7');
  const { runId } = await snapshotOf(page);
  await runLine(page, 'SPEED 8');
  expect(await drive(page, lines.slice(0, middle))).toEqual([]);
  await page.reload();
  await page.evaluate(() => window.ringside.ready);
  expect((await snapshotOf(page)).runId).toBe(runId);
  await runLine(page, 'SPEED 8');
  expect(await drive(page, lines.slice(middle))).toEqual([]);
  await page.waitForFunction((ms) => window.ringside.snapshot().timeMs >= ms, SECONDS * 1000);
  await runLine(page, 'PAUSE');
  const text = String((await runLine(page, 'SAVE')).value);
  // Kept with the report: a run that does not replay can be looked at.
  await writeFile(info.outputPath('run.json'), text);
  const saved = decodeRun(text);
  const count = (type: Action['type']): number => saved.actions.filter(({ action }) => action.type === type).length;
  expect(count('Operate')).toBeGreaterThanOrEqual(200);
  expect(count('Reload')).toBe(1);
  expect(count('Kill')).toBeGreaterThan(0);
  expect(count('Partition') + count('Isolate') + count('Cut')).toBeGreaterThan(0);
  expect(count('Configure')).toBeGreaterThan(0);
  expect((await snapshotOf(page)).digest).toBe(saved.digest);
  expect(replay(saved)).toMatchObject({ digest: saved.digest, violations: [] });
});
