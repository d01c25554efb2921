import { type Command, defineCommand, optional, type ValueType } from './command.ts';
import { fetched } from './fetched.ts';
import { failed, parsed, refuse, succeed } from './result.ts';
import type { LookTarget } from './session.ts';
import { shorten, showTime } from './show.ts';
import type { WhyAbout } from './tell-why.ts';
import { durationBetween, oneOf, SHARD } from './value-types.ts';

const WORD = oneOf(['leader', 'down', 'operation', 'key']);
const ABOUT: ValueType<WhyAbout> = {
  accepts: `${WORD.accepts}, or a shard`,
  suggest: (topology) => [...(WORD.suggest?.(topology) ?? []), ...(SHARD.suggest?.(topology) ?? [])],
  parse(word, topology) {
    if (!/^s\d+$/i.test(word.text)) return WORD.parse(word, topology);
    const shard = SHARD.parse(word, topology);
    return shard.ok ? parsed({ shard: shard.value }) : shard;
  },
};

export const WHY: Command = defineCommand({
  verb: 'WHY',
  summary: 'Tells in sentences how something came about; alone, how the last operation of this console ended.',
  usage: 'WHY | WHY s3 | WHY leader s3 | WHY down n2 | WHY operation 17 | WHY key user:42',
  example: 'WHY leader s3',
  notes: [
    'WHY s3 tells of the last check of a shard, who was quarantined, and how it was repaired.',
    'WHY key user:42 tells of a key of the eventual keyspace: its writes, hints, repairs, and which stamp won.',
    'Click the time of a sentence to look at that moment.',
  ],
  positionals: {
    about: optional(ABOUT),
    name: optional({ accepts: 'a shard, a node, a number or a key', parse: parsed }),
  },
  options: {},
  run: async (context, { about, name }) => (await fetched(import('./tell-why.ts'))).tellWhy(context, about, name),
});

const MOMENT = durationBetween(0, 31_536_000_000_000);

const TARGET: ValueType<LookTarget> = {
  accepts: 'a time such as 3.214s, back, forward or now',
  suggest: () => ['now', 'back', 'forward'].map((text) => ({ text, hint: '' })),
  parse(word, topology) {
    const named = (['now', 'back', 'forward'] as const).find((each) => each === word.text.toLowerCase());
    if (named !== undefined) return parsed(named);
    const moment = MOMENT.parse(word, topology);
    if (moment.ok) return parsed({ timeUs: moment.value });
    return failed('BadArgument', `${shorten(word.text)} is no moment`, `Give ${TARGET.accepts}.`, word.at);
  },
};

export const LOOK: Command = defineCommand({
  verb: 'LOOK',
  summary: 'Has the screen show an earlier moment, one event further back or forward, or what is now again.',
  usage: 'LOOK 3.214s | LOOK back | LOOK forward | LOOK now',
  example: 'LOOK now',
  notes: ['Time stands meanwhile. Commands act on what is now, and bring the screen back.'],
  positionals: { moment: optional(TARGET) },
  options: {},
  run: async ({ session }, { moment = 'now' }) => {
    if (session.look === undefined)
      return refuse('NotAvailable', 'There is no screen here that could show another moment.');
    const shownUs = await session.look(moment);
    return succeed(
      shownUs === undefined
        ? 'The screen shows what is now'
        : `The screen shows ${showTime(shownUs)}. LOOK now comes back`,
    );
  },
});
