import type { ValueType } from './command.ts';
import { failed, parsed } from './result.ts';
import { shorten } from './show.ts';
import { didYouMean, nearestNames } from './suggest.ts';

/** A condition or the name of an event, in any case. */
export function nameAmong<C extends string, E extends string>(
  conditions: readonly C[],
  events: readonly E[],
): ValueType<C | E> {
  const all = [...conditions, ...events];
  return {
    accepts: `${conditions.join(', ')} or an event`,
    suggest: () => [
      ...conditions.map((text) => ({ text, hint: 'condition' })),
      ...events.map((text) => ({ text, hint: 'event' })),
    ],
    parse(word) {
      const wanted = word.text.toLowerCase();
      const found = all.find((name) => name.toLowerCase() === wanted);
      if (found !== undefined) return parsed(found);
      const guess = didYouMean(word.text, all);
      // Whoever meant one of them does not have to read through all.
      const named = guess === '' ? events.join(', ') : `the ${events.length} that Tab suggests here`;
      const remedy = [guess, `Conditions are ${conditions.join(', ')}; events are ${named}.`];
      const misspelled = { name: word.text, meant: nearestNames(word.text, all) };
      const problem = `Nothing is called ${shorten(word.text)}`;
      return failed('BadOption', problem, remedy.filter(Boolean).join(' '), word.at, misspelled);
    },
  };
}
