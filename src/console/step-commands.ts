import { type Command, defineCommand, optional } from './command.ts';
import { fetched } from './fetched.ts';
import { EVENTS_SHOWN_MAX, STEP_PART, STEP_TARGET } from './step-types.ts';
import { integerBetween } from './value-types.ts';

/** What they do is fetched when one of them is first given. */
const events = () => fetched(import('./take-event.ts'));

const SHOWN_DEFAULT = 20;

export const STEP_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'STEP',
    summary: 'Takes the next event, the next n, or one that you choose, and stays paused.',
    usage: 'STEP | STEP n | STEP n1>n2 | STEP n2 disk',
    example: 'STEP n1>n2',
    notes: [
      'n1>n2 takes the oldest message in flight on that link, now: a network may deliver at any moment, so it may overtake others.',
      'message= takes another one of that link, by the number that EVENTS tells.',
      'n2 disk completes the write under way on that disk, now. All other events keep their times; timers keep theirs always.',
    ],
    positionals: { target: optional(STEP_TARGET), part: optional(STEP_PART) },
    options: { message: integerBetween(0, 999_999_999_999, 'BadOption') },
    run: async ({ cluster }, { target, part }, { message }) => (await events()).step(cluster, target, part, message),
  }),
  defineCommand({
    verb: 'EVENTS',
    summary: 'Lists what can happen next, nearest first, each with the command that takes it.',
    example: 'EVENTS 50',
    positionals: { n: optional(integerBetween(1, EVENTS_SHOWN_MAX, 'BadArgument')) },
    options: {},
    run: async ({ cluster }, { n = SHOWN_DEFAULT }) => (await events()).listEvents(cluster, n),
  }),
];
