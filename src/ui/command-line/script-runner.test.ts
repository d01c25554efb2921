import { expect, test } from 'vitest';
import { scriptLines } from '../../console/tokenizer.ts';
import { createScriptRunner, type ScriptProgress } from './script-runner.ts';

/** Each line waits until the test answers it. */
function harness() {
  const ran: string[] = [];
  const said: string[] = [];
  let progress: ScriptProgress | undefined;
  let answer: (ok: boolean) => void = () => undefined;
  const runner = createScriptRunner({
    run(line) {
      ran.push(line);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    progress: (next) => {
      progress = next;
    },
    finished: (text) => said.push(text),
  });
  const reply = async (ok: boolean) => {
    answer(ok);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return {
    runner: { add: (text: string) => runner.add(scriptLines(text)), cancel: runner.cancel },
    ran,
    said,
    reply,
    progress: () => progress,
  };
}

test('runs line by line, passes over comments and blank lines, goes on after an error', async () => {
  const { runner, ran, said, reply, progress } = harness();
  runner.add('# a script\nPUT a 1\r\n\r\n  FROB ; x\nGET a # why not\n');
  expect(ran).toEqual(['PUT a 1']);
  expect(progress()).toEqual({ done: 0, total: 3, errors: 0, line: 'PUT a 1' });
  await reply(true);
  await reply(false);
  expect(progress()).toEqual({ done: 2, total: 3, errors: 1, line: 'GET a # why not' });
  await reply(true);
  expect(ran).toEqual(['PUT a 1', 'FROB ; x', 'GET a # why not']);
  expect(progress()).toBeUndefined();
  expect(said).toEqual(['Script: 3 lines ran, 1 with an error.']);
});

test('cancelled: the line under way gets its answer, the rest does not run; the next script does', async () => {
  const { runner, ran, said, reply, progress } = harness();
  runner.add('A\nB\nC');
  runner.cancel();
  await reply(true);
  expect(ran).toEqual(['A']);
  expect(progress()).toBeUndefined();
  expect(said).toEqual(['Script cancelled: 1 of 3 lines ran, no errors; 2 did not run.']);
  runner.add('D\nE');
  await reply(true);
  await reply(true);
  expect(ran).toEqual(['A', 'D', 'E']);
  expect(said.at(-1)).toBe('Script: 2 lines ran, no errors.');
});

test('a script that is pasted while one runs comes behind it', async () => {
  const { runner, ran, reply, progress } = harness();
  runner.add('A\nB');
  runner.add('C');
  expect(ran).toEqual(['A']);
  await reply(true);
  expect(progress()).toMatchObject({ done: 1, total: 3 });
  await reply(true);
  await reply(true);
  expect(ran).toEqual(['A', 'B', 'C']);
});

test('one line needs no summary, and no line runs nothing', async () => {
  const { runner, ran, said, reply } = harness();
  runner.add('# only this\n\n');
  expect(ran).toEqual([]);
  runner.add('GET a\n# that is all\n');
  await reply(false);
  expect(said).toEqual([]);
});

test('what goes on in braces over several lines is one line, as the history can hold it; broken, it stays one piece', async () => {
  const { runner, ran, reply } = harness();
  runner.add(
    'GET x; EXPLAIN BATCH {\n  PUT a{u} "1 # 2"  # a comment\n\n  DELETE b{u}\r\n} as=b # done\nBATCH {\n PUT "a\n}\n',
  );
  await reply(true);
  await reply(true);
  expect(ran).toEqual(['GET x; EXPLAIN BATCH { PUT a{u} "1 # 2"; DELETE b{u} } as=b', 'BATCH {\n PUT "a\n}']);
});
