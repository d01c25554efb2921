import { type Command, defineCommand, required, type ValueType } from './command.ts';
import { fetched } from './fetched.ts';
import { failed, parsed, refuse, succeed } from './result.ts';
import { shorten, showTime } from './show.ts';
import { durationBetween, NODE } from './value-types.ts';

const OFFSET = durationBetween(0, 3_600_000_000);

/** A time with a sign, in microseconds. */
const SIGNED_OFFSET: ValueType<number> = {
  accepts: 'a time with its sign, up to an hour, such as +400ms or -2s',
  parse(word, topology) {
    const behind = /^[-−]/.test(word.text);
    const us = OFFSET.parse({ ...word, text: word.text.replace(/^[-−+]/, '') }, topology);
    return us.ok && behind ? parsed(-us.value) : us;
  },
};

/** In millionths. What bound a cluster sets to it, it says itself. */
const DRIFT: ValueType<number> = {
  accepts: 'a rate such as 1% or -0.5%',
  parse(word) {
    const match = /^([-−+]?)(\d{1,2}(?:\.\d{1,4})?)%$/.exec(word.text);
    if (match === null)
      return failed('BadOption', `${shorten(word.text)} is not a drift`, `Give ${DRIFT.accepts}.`, word.at);
    const ppm = Math.round(Number(match[2]) * 10_000);
    return parsed(match[1] === '' || match[1] === '+' ? ppm : -ppm);
  },
};

// What they do is fetched when it is first asked for: a visit mostly does without.
const ordered = () => fetched(import('./order-node-fault.ts'));

/** Faults of a node's process and of its clocks. */
export const NODE_FAULT_COMMANDS: readonly Command[] = [
  defineCommand({
    verb: 'FREEZE',
    summary: 'Has a node stand still, as SIGSTOP does: it is not gone, and answers nobody.',
    example: 'FREEZE n2',
    notes: ['Its clocks go on. What arrives waits, as far as there is room for it; THAW has it taken.'],
    positionals: { node: required(NODE) },
    options: {},
    run: async ({ cluster }, { node }) => reply(await (await ordered()).freeze(cluster, node)),
  }),
  defineCommand({
    verb: 'THAW',
    summary: 'Has a frozen node go on: first it takes what has arrived meanwhile.',
    example: 'THAW n2',
    positionals: { node: required(NODE) },
    options: {},
    run: async ({ cluster }, { node }) => reply(await (await ordered()).thaw(cluster, node)),
  }),
  defineCommand({
    verb: 'CLOCK',
    summary: "Sets a node's clocks: how far off its wall clock is, and how much too fast both of them run.",
    usage: 'CLOCK n3 [offset=+400ms] [drift=1%]',
    example: 'CLOCK n3 offset=+400ms drift=1%',
    notes: [
      'The wall clock stamps entries, so that values live too long or too short. Timers and leases go by the other one, which never jumps.',
      'offset=0ms drift=0% sets them right.',
    ],
    positionals: { node: required(NODE) },
    options: { offset: SIGNED_OFFSET, drift: DRIFT },
    run: async ({ cluster }, { node }, { offset, drift }) =>
      reply(await (await ordered()).setClock(cluster, node, offset, drift)),
  }),
];

type Ordered = Awaited<ReturnType<Awaited<ReturnType<typeof ordered>>['freeze']>>;

const reply = (done: Ordered) =>
  'code' in done ? refuse(done.code, done.text) : succeed(`${done.text} · at ${showTime(done.timeUs)}`);
