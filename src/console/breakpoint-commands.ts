import { BREAKPOINT_WORDS, type BreakpointEvent } from './breakpoint.ts';
import { type Command, defineCommand, type ValueType } from './command.ts';
import { EVENT_NAMES } from './event-names.ts';
import { fetched } from './fetched.ts';
import { parsed, succeed } from './result.ts';
import { showTime } from './show.ts';
import { integerBetween, KEY, NODE, SHARD } from './value-types.ts';
import { nameAmong } from './word-among.ts';

/** What they do is fetched when one of them is first given. */
const changes = () => fetched(import('./change-breakpoints.ts'));

const WHEN: ValueType<BreakpointEvent> = nameAmong(BREAKPOINT_WORDS, EVENT_NAMES);

const NUMBER = integerBetween(1, 999_999, 'BadOption');

const REMOVE: ValueType<number | 'all'> = {
  accepts: 'the number of a breakpoint, or all',
  suggest: () => [{ text: 'all', hint: '' }],
  parse: (word, topology) => (word.text.toLowerCase() === 'all' ? parsed('all') : NUMBER.parse(word, topology)),
};

export const PAUSE: Command = defineCommand({
  verb: 'PAUSE',
  summary: 'Stops time for the whole cluster: now, or with when= as soon as something happens.',
  usage: 'PAUSE | PAUSE when=… [shard=s3] [node=n2] [key=k]',
  example: 'PAUSE',
  notes: ['write: also of one key=. down: a node. broken: an invariant. It stays until BREAKPOINTS removes it.'],
  positionals: {},
  options: { when: WHEN, shard: SHARD, node: NODE, key: KEY },
  run: async ({ cluster }, _, { when, ...where }) => {
    // Without when= it may not look as if shard= had meant anything.
    if (when !== undefined || Object.values(where).some((value) => value !== undefined))
      return (await changes()).setBreakpoint(cluster, when, where);
    const already = cluster.transport().mode === 'paused';
    await cluster.pause();
    // What the transport tells may be from before time stood: at full speed, long before.
    const { timeMs } = await cluster.snapshot();
    const at = showTime(Math.round(timeMs * 1000));
    return succeed(`${already ? 'Paused already' : 'Paused'} at ${at}. PLAY goes on, STEP takes one event`);
  },
});

export const BREAKPOINTS: Command = defineCommand({
  verb: 'BREAKPOINTS',
  summary: 'Lists what time will stop at, or removes some of it.',
  usage: 'BREAKPOINTS [remove=1 | remove=all]',
  example: 'BREAKPOINTS',
  positionals: {},
  options: { remove: REMOVE },
  run: async ({ cluster }, _, { remove }) => (await changes()).breakpoints(cluster, remove),
});
