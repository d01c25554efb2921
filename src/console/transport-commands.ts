import { BREAKPOINTS, PAUSE } from './breakpoint-commands.ts';
import type { Cluster, RunCondition, Speed } from './cluster.ts';
import { type Command, type CommandContext, defineCommand, optional, type ValueType } from './command.ts';
import { EVENT_NAMES } from './event-names.ts';
import { type CommandResult, failed, parsed, refuse, succeed } from './result.ts';
import { shorten, showSpeed, showTime } from './show.ts';
import { readSpeed, SPEED_MAX, SPEED_MIN, speedInRange } from './speed.ts';
import { STEP_COMMANDS } from './step-commands.ts';
import { durationBetween } from './value-types.ts';
import { nameAmong } from './word-among.ts';

const SPEEDS: readonly (readonly [string, string])[] = [
  ['auto', 'what you look at slowly, the rest quickly'],
  ['1/40', ''],
  ['1/10', ''],
  ['1', ''],
  ['10', ''],
  ['max', 'as fast as this machine can'],
];

const CONDITIONS = ['leader', 'commit', 'quiet'] as const;

const NAMED = nameAmong(CONDITIONS, EVENT_NAMES);

const UNTIL: ValueType<RunCondition> = {
  ...NAMED,
  parse(word, topology) {
    const name = NAMED.parse(word, topology);
    if (!name.ok) return name;
    const type = CONDITIONS.find((condition) => condition === name.value);
    return parsed(type === undefined ? { type: 'event', name: name.value } : { type });
  },
};

export const TRANSPORT_COMMANDS: readonly Command[] = [
  PAUSE,
  defineCommand({
    verb: 'PLAY',
    summary: 'Lets time run.',
    example: 'PLAY',
    positionals: {},
    options: {},
    run: async ({ cluster }) => {
      const already = cluster.transport().mode === 'playing';
      await cluster.play();
      return succeed(
        `${already ? 'Running already' : 'Running'} at speed ${showSpeed(cluster.transport().wantedSpeed)} from ${now(cluster)}`,
      );
    },
  }),
  ...STEP_COMMANDS,
  BREAKPOINTS,
  defineCommand({
    verb: 'RUN',
    summary: 'Runs for a time, or until something happens, then pauses.',
    usage: 'RUN for=… | RUN until=…',
    example: 'RUN until=leader',
    notes: [
      'leader: every shard has one. commit: the next entry is committed. quiet: nothing is under way.',
      'An event is a name from the event feed, such as RoleChanged or NodeRecovered.',
    ],
    positionals: {},
    options: {
      for: durationBetween(1, 86_400_000_000),
      until: UNTIL,
    },
    run: (context, _, options) => run(context, options),
  }),
  defineCommand({
    verb: 'SPEED',
    summary: 'Sets how fast virtual time passes, in virtual seconds per second; alone it says how fast that is.',
    example: 'SPEED 1/40',
    notes: [
      'auto: what concerns the shard in view (an operation, an election, a kill) passes slowly, the rest quickly.',
      'The speed decides only when virtual time may pass, never what happens in it.',
    ],
    positionals: {
      speed: optional({
        accepts: 'auto, a number such as 10, a fraction such as 1/40, or max',
        suggest: () => SPEEDS.map(([text, hint]) => ({ text, hint })),
        parse: parseSpeed,
      }),
    },
    options: {},
    run: async ({ cluster }, { speed }) => {
      if (speed !== undefined) await cluster.setSpeed(speed);
      const { wantedSpeed, pace } = cluster.transport();
      return succeed(speedText(speed ?? wantedSpeed, speed === undefined ? pace : ''), speed ?? wantedSpeed);
    },
  }),
];

function speedText(speed: Speed, pace: string): string {
  if (speed === 'max') return 'Speed max';
  if (speed !== 'auto') return `Speed ${showSpeed(speed)} virtual seconds a second`;
  return `Speed auto: ${pace === '' ? 'slowly what concerns the shard in view, quickly the rest' : pace}`;
}

const now = (cluster: Cluster): string => showTime(cluster.transport().timeUs);

interface RunOptions {
  readonly for: number | undefined;
  readonly until: RunCondition | undefined;
}

async function run({ cluster }: CommandContext, options: RunOptions): Promise<CommandResult> {
  if ((options.for === undefined) === (options.until === undefined)) {
    const both = options.for !== undefined;
    const remedy = 'Write RUN for=2s or RUN until=leader; PLAY runs without an end.';
    if (both) return refuse('BadOption', `RUN takes for= or until=, not both. ${remedy}`);
    return refuse('MissingArgument', `RUN needs to know how far. ${remedy}`);
  }
  const condition = options.until ?? { type: 'for', durationUs: options.for as number };
  const end = await cluster.runUntil(condition);
  const text = `${end.text} · paused at ${showTime(end.timeUs)}`;
  return end.reached ? succeed(text) : refuse('NotReached', text);
}

function parseSpeed(word: Parameters<ValueType<Speed>['parse']>[0]): ReturnType<ValueType<Speed>['parse']> {
  const speed = readSpeed(word.text);
  if (speedInRange(speed)) return parsed(speed);
  const remedy = 'Give auto, a number such as 10, a fraction such as 1/40, or max.';
  if (Number.isNaN(speed)) return failed('BadArgument', `${shorten(word.text)} is no speed`, remedy, word.at);
  if (speed === 0) return failed('BadArgument', 'Speed 0 would stand still', 'PAUSE stops time.', word.at);
  const range = `Speeds go from ${showSpeed(SPEED_MIN)} to ${SPEED_MAX}; max is as fast as this machine can.`;
  return failed('BadArgument', `Speed ${shorten(word.text)} is out of range`, range, word.at);
}
