import { expect, test } from 'vitest';
import { ASK_EVERY_MS, StorageWatch } from './storage-watch.ts';

/** A clock that is moved by hand, and questions that are answered by hand. */
function setUp() {
  let nowMs = 0;
  let waiting: { readonly atMs: number; run(): void } | undefined;
  const open: { resolve(answer: number): void; reject(error: Error): void }[] = [];
  const answers: number[] = [];
  const watch = new StorageWatch<number>(
    () => new Promise((resolve, reject) => open.push({ resolve, reject })),
    (answer) => answers.push(answer),
    {
      nowMs: () => nowMs,
      after: (delayMs, run) => {
        waiting = { atMs: nowMs + delayMs, run };
        return () => {
          waiting = undefined;
        };
      },
    },
  );
  const passMs = (ms: number): void => {
    nowMs += ms;
    const due = waiting;
    if (due === undefined || due.atMs > nowMs) return;
    waiting = undefined;
    due.run();
  };
  const settle = async (how: () => void): Promise<void> => {
    how();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { watch, open, answers, passMs, settle };
}

test('a hundred changes in a moment are two questions: one at once, one when it is time again', async () => {
  const { watch, open, answers, passMs, settle } = setUp();
  for (let i = 0; i < 100; i++) watch.note();
  expect(open).toHaveLength(1);
  await settle(() => open[0]?.resolve(1));
  expect(open).toHaveLength(1);
  passMs(ASK_EVERY_MS);
  expect(open).toHaveLength(2);
  await settle(() => open[1]?.resolve(2));
  passMs(10 * ASK_EVERY_MS);
  expect([open.length, answers]).toEqual([2, [1, 2]]);
});

test('a change while a question is under way is asked for after it', async () => {
  const { watch, open, passMs, settle } = setUp();
  watch.note();
  passMs(ASK_EVERY_MS);
  watch.note();
  expect(open).toHaveLength(1);
  await settle(() => open[0]?.resolve(1));
  expect(open).toHaveLength(2);
});

test('a question that fails leaves what was shown, and the next change asks again', async () => {
  const { watch, open, answers, passMs, settle } = setUp();
  watch.note();
  await settle(() => open[0]?.reject(new Error('gone')));
  passMs(ASK_EVERY_MS);
  watch.note();
  await settle(() => open[1]?.resolve(2));
  expect(answers).toEqual([2]);
});

test('nothing is asked or told after it is stopped', async () => {
  const { watch, open, answers, passMs, settle } = setUp();
  watch.note();
  watch.stop();
  await settle(() => open[0]?.resolve(1));
  watch.note();
  passMs(ASK_EVERY_MS);
  expect([open.length, answers]).toEqual([1, []]);
});
