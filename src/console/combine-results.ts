import type { CommandResult } from './result.ts';

/** What `run(line)` of the scripting interface gives for any number of commands: the texts together, the last value, the first error. */
export function combineResults(results: readonly CommandResult[]): CommandResult {
  const [only] = results;
  if (results.length === 1 && only !== undefined) return only;
  const text = results.map((result) => result.text).join('\n');
  const code = results.find((result) => !result.ok)?.code;
  const value = results.at(-1)?.value;
  const cautions = [...new Set(results.flatMap(({ caution = [] }) => caution))];
  return {
    ok: results.every((result) => result.ok),
    text,
    ...(value === undefined ? {} : { value }),
    ...(code === undefined ? {} : { code }),
    ...(cautions.length === 0 ? {} : { caution: cautions.join(', ') }),
    ...(text.includes('\n') ? { lines: text.split('\n') } : {}),
  };
}
