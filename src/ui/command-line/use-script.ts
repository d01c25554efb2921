import { useMemo, useState } from 'react';
import type { Commands } from '../commands.ts';
import { fetchGrammar } from '../grammar.ts';
import { createScriptRunner, type ScriptProgress, type ScriptRunner } from './script-runner.ts';

interface Script extends Pick<ScriptRunner, 'cancel'> {
  /** Blank lines and comments are left out. Where nothing can be read yet, running it as it stands tells why. */
  add(text: string): void;
  readonly progress: ScriptProgress | undefined;
}

/** Runs pasted scripts through the console; `record` hears of every line before it runs. */
export function useScript(commands: Commands, record: (line: string) => void): Script {
  const [progress, setProgress] = useState<ScriptProgress>();
  const runner = useMemo(
    () =>
      createScriptRunner({
        async run(line) {
          record(line);
          const results = await commands.run(line, 'typed');
          return results.every(({ ok }) => ok);
        },
        progress: setProgress,
        finished: (text) => commands.note(text),
      }),
    [commands, record],
  );
  const add = (text: string) => {
    const lines = fetchGrammar().then(
      ({ scriptLines }) => scriptLines(text),
      () => [text],
    );
    void lines.then(runner.add);
  };
  return { add, cancel: runner.cancel, progress };
}
