import type { ActorName } from '../core/cluster/action.ts';
import type { OneWayLink } from './choose-message.ts';
import type { KnownNames, Suggestion, Topology, ValueType } from './command.ts';
import { ACTOR, LINK } from './link-types.ts';
import { failed, type Parsed, parsed } from './result.ts';
import { shorten } from './show.ts';
import type { Literal } from './tokenizer.ts';
import { integerBetween, suggestNodes } from './value-types.ts';

/** The most that EVENTS lists. */
export const EVENTS_SHOWN_MAX = 1000;

/** What STEP is to take: so many events in turn, the oldest message of a link, or something of a node. */
export type StepTarget =
  | { readonly type: 'count'; readonly count: number }
  | ({ readonly type: 'link' } & OneWayLink)
  | { readonly type: 'actor'; readonly name: ActorName };

const suggestOneWay = (known: KnownNames): readonly Suggestion[] =>
  (LINK.suggest?.(known) ?? []).filter(({ text }) => text.includes('>'));

const COUNT = integerBetween(1, 100_000, 'BadArgument');

export const STEP_TARGET: ValueType<StepTarget> = {
  accepts: `${COUNT.accepts}, a link one way such as n1>n2 or client>n1, or a node such as n2`,
  suggest: (known) => [...suggestNodes(known), ...suggestOneWay(known)],
  parse: parseTarget,
};

function parseTarget(word: Literal, topology: Topology): Parsed<StepTarget> {
  const { text } = word;
  if (/[<>]/.test(text) || LINK.parse(word, topology).ok) {
    const link = ONE_WAY.parse(word, topology);
    return link.ok ? parsed({ type: 'link', ...link.value }) : link;
  }
  if (/^[-+.]?\d/.test(text)) {
    const count = COUNT.parse(word, topology);
    return count.ok ? parsed({ type: 'count', count: count.value }) : count;
  }
  const actor = ACTOR.parse(word, topology);
  return actor.ok ? parsed({ type: 'actor', name: actor.value }) : actor;
}

/** One direction of a link: what DROP and DELAY take a message from. */
export const ONE_WAY: ValueType<OneWayLink> = {
  accepts: 'a link one way such as n1>n2 or client>n1',
  suggest: suggestOneWay,
  parse(word, topology) {
    const link = LINK.parse(word, topology);
    if (!link.ok) return link;
    const { from, to, bothWays } = link.value;
    if (!bothWays) return parsed({ from, to });
    return failed('BadArgument', 'A message goes one way', `Write ${from}>${to} or ${to}>${from}.`, word.at);
  },
};

export const STEP_PART: ValueType<'disk' | 'timer'> = {
  accepts: 'disk, behind a node: its write under way',
  suggest: () => [{ text: 'disk', hint: 'its write under way' }],
  parse(word) {
    const part = word.text.toLowerCase();
    if (part === 'disk' || part === 'timer') return parsed(part);
    const remedy = 'STEP n2 disk completes its write under way; STEP n1>n2 takes a message.';
    return failed('BadArgument', `A node has no ${shorten(word.text)} that could be taken`, remedy, word.at);
  },
};
