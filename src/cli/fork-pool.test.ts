import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answersInOrder } from './fork-pool.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fork-pool-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(body: string): string {
  const path = join(folder, 'child.mjs');
  writeFileSync(path, `process.on('message', (task) => { ${body} });`);
  return path;
}

async function all(path: string, tasks: readonly object[], size: number): Promise<unknown[]> {
  const answers: unknown[] = [];
  for await (const answer of answersInOrder(path, [], tasks, size)) answers.push(answer);
  return answers;
}

test('answers come in the order of the tasks, whichever is ready first, and one process answers many', async () => {
  // The first task waits until it is last.
  const path = script('setTimeout(() => process.send([task.n, process.pid]), task.n === 0 ? 300 : 1)');
  const answers = (await all(
    path,
    Array.from({ length: 6 }, (_, n) => ({ n })),
    2,
  )) as [number, number][];
  expect(answers.map(([n]) => n)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(answers.map(([, pid]) => pid)).size).toBe(2);
});

test('a process that ends without an answer is an error that says which task it was', async () => {
  const path = script('task.n === 1 ? process.exit(7) : process.send(task.n)');
  await expect(all(path, [{ n: 0 }, { n: 1 }, { n: 2 }], 1)).rejects.toThrow(
    'task 2 of 3: its process ended with code 7',
  );
});

test('no tasks need no process', async () => {
  expect(await all('nowhere', [], 4)).toEqual([]);
});
