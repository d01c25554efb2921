import { useMemo, useState } from 'react';
import type { Commands } from '../commands.ts';
import { createScriptRunner, type ScriptProgress, type ScriptRunner } from './script-runner.ts';

/** Runs pasted scripts through the console; `record` hears of every line before it runs. */
export function useScript(
  commands: Commands,
  record: (line: string) => void,
): ScriptRunner & { readonly progress: ScriptProgress | undefined } {
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
  return { ...runner, progress };
}
