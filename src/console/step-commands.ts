import { type Command, defineCommand, optional, required } from './command.ts';
import { fetched } from './fetched.ts';
import { EVENTS_SHOWN_MAX, ONE_WAY, STEP_PART, STEP_TARGET } from './step-types.ts';
import { durationBetween, integerBetween } from './value-types.ts';

/** What they do is fetched when one of them is first given. */
const events = () => fetched(import('./take-event.ts'));

const holdBack = () => fetched(import('./hold-back.ts'));

const SHOWN_DEFAULT = 20;
const DELAY_US_DEFAULT = 50_000;
/** A sender's counter. */
const MESSAGE = integerBetween(0, 999_999_999_999, 'BadOption');

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
    options: { message: MESSAGE },
    run: async ({ cluster }, { target, part }, { message }) => (await events()).step(cluster, target, part, message),
  }),
  defineCommand({
    verb: 'DROP',
    summary: 'Loses one message in flight, and pauses.',
    usage: 'DROP n1>n2 [message=17]',
    example: 'DROP n1>n2',
    notes: [
      'The oldest of the link, or the one with this number. Nobody is told: a client hears nothing, and asks again.',
    ],
    positionals: { link: required(ONE_WAY) },
    options: { message: MESSAGE },
    run: async ({ cluster }, { link }, { message }) => (await holdBack()).drop(cluster, link, message),
  }),
  defineCommand({
    verb: 'DELAY',
    summary: 'Has one message in flight arrive later, and pauses.',
    usage: 'DELAY n1>n2 [message=17] by=40ms',
    example: 'DELAY n1>n2 by=40ms',
    notes: ['Others may overtake it. Without by= it is 50 ms; delays add up.'],
    positionals: { link: required(ONE_WAY) },
    options: { message: MESSAGE, by: durationBetween(1, 60_000_000) },
    run: async ({ cluster }, { link }, { message, by = DELAY_US_DEFAULT }) =>
      (await holdBack()).delay(cluster, link, message, by),
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
