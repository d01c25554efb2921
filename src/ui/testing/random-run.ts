import type { TransportState } from '../../console/cluster.ts';
import { type Micros, type NodeId, nodeId } from '../../core/base/ids.ts';
import { createRandomStream, type RandomStream } from '../../core/base/random.ts';
import type { Action, ConfigName } from '../../core/cluster/action.ts';
import type { PendingEvent } from '../../core/cluster/pending-event.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import type { ClusterSnapshot } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { Outbox } from '../../runtime/conductor/outbox.ts';
import { drawConfig } from '../../sim/drawn-limits.ts';
import { performRound } from '../../sim/in-process-host.ts';
import { drawSchedule, FAULTS } from '../../sim/schedule.ts';
import { insideWorld } from '../../sim/testing/inside.ts';
import { choiceOf, delay, drop, isMessage, WorldByHand } from '../../sim/testing/world-by-hand.ts';
import { TraceHistory } from '../past/trace-history.ts';
import { Playback } from '../store/playback.ts';
import { EMPTY_MODEL, type ViewModel } from '../store/view-model.ts';
import { NodeTruth } from './node-truth.ts';
import { drawnPicture, type Picture } from './picture.ts';

const SECOND = 1_000_000;
const DURATION_US = 8 * SECOND;
const SIZES = [1, 2, 3, 3, 4, 5, 7];
const RATES = [5, 20, 60];
const SETTINGS: readonly (readonly [ConfigName, number])[] = [
  ['link.delay', 30_000],
  ['link.delay', 2_000],
  ['link.jitter', 900],
  ['link.dup', 0.1],
  ['link.reorder', 0.2],
];
const FRAME_MS = 16;

type Step =
  | { readonly type: 'act'; readonly action: Action }
  /** Somebody asks for a choice among what can happen next. */
  | { readonly type: 'choose' }
  | { readonly type: 'reload' }
  /** Its process is gone all of a sudden. */
  | { readonly type: 'lose'; readonly node: NodeId }
  /** Full speed begins, or ends. */
  | { readonly type: 'full speed'; readonly on: boolean }
  /** A batch of reports leaves for the page. */
  | { readonly type: 'send' }
  | { readonly type: 'look' };

/** What was drawn and what was so, at one moment. */
export interface Look {
  readonly seed: number;
  readonly timeUs: Micros;
  readonly atFullSpeed: boolean;
  readonly drawn: Picture;
  readonly held: Picture;
  /** What `STATUS` answers; undefined after a reload, when it speaks only of nodes that have recovered since. */
  readonly status: ClusterSnapshot | undefined;
  /** What clients were told to have been written and read. */
  readonly answered: { readonly writes: number; readonly reads: number };
  /** Where the picture's clock stood. */
  readonly shownUs: Micros;
}

/** A cluster under a drawn schedule, and the page that is told of it as the conductor tells it: in batches, thin ones at full speed. */
class RandomRun {
  private readonly seed: number;
  private readonly draw: RandomStream;
  private readonly config: RunConfig;
  private readonly hand: WorldByHand;
  private readonly truth: NodeTruth;
  private readonly outbox: Outbox;
  private readonly playback = new Playback();
  readonly history = new TraceHistory();
  /** The model of every frame that something happened in. */
  /** `fromUs`: of the first event that was new in it. */
  readonly lived: { readonly timeUs: Micros; readonly fromUs: Micros; readonly model: ViewModel }[] = [];
  private model: ViewModel = EMPTY_MODEL;
  private wallMs = 0;
  private atFullSpeed = false;
  private reloaded = false;
  private readonly answered = { writes: 0, reads: 0 };

  constructor(seed: number) {
    this.seed = seed;
    this.draw = createRandomStream(seed, 'truth', 'test', 0);
    this.config = drawConfig(seed, this.oneOf(SIZES), this.draw.between(1, 8));
    this.hand = new WorldByHand(seed, this.config);
    this.truth = new NodeTruth(this.hand);
    const taken = Promise.resolve();
    this.outbox = new Outbox(
      {
        trace: (events: readonly TraceEvent[]) => {
          this.playback.push(events);
          return taken;
        },
        transport: (state: TransportState) => {
          this.playback.report(state);
          return taken;
        },
      },
      () => this.wallMs,
    );
  }

  *looks(count: number): Generator<Look> {
    for (const { timeUs, step } of this.drawSteps(count)) {
      this.hand.run(timeUs);
      if (step.type === 'look') yield this.look();
      else this.perform(step);
    }
  }

  private drawSteps(looks: number): readonly { readonly timeUs: Micros; readonly step: Step }[] {
    const { draw, config, seed } = this;
    const anyTime = (): Micros => draw.between(SECOND / 2, DURATION_US);
    const some = (count: number, step: () => Step) =>
      Array.from({ length: count }, () => ({ timeUs: anyTime(), step: step() }));
    const operationsPerSecond = this.oneOf(RATES);
    const { nodes } = config;
    const schedule = drawSchedule({
      seed,
      nodes,
      durationUs: DURATION_US,
      operationsPerSecond,
      // A disk that fails ends a node inside a step: what it held then cannot be asked any more.
      faults: new Set(FAULTS.filter((fault) => fault !== 'disk')),
    });
    const configure = (): Step => {
      const [name, value] = this.oneOf(SETTINGS);
      return { type: 'act', action: { type: 'Configure', name, value } };
    };
    const fullSpeedUs = anyTime();
    return [
      ...schedule.map(({ timeUs, action }) => ({ timeUs, step: { type: 'act', action } satisfies Step })),
      ...some(2, configure),
      ...some(8, () => ({ type: 'choose' })),
      ...some(draw.between(0, 1), () => ({ type: 'reload' })),
      ...some(draw.between(0, 2), () => ({ type: 'lose', node: nodeId(draw.between(1, nodes)) })),
      { timeUs: fullSpeedUs, step: { type: 'full speed', on: true } satisfies Step },
      { timeUs: fullSpeedUs + draw.between(1, 3 * SECOND), step: { type: 'full speed', on: false } satisfies Step },
      ...some(40, () => ({ type: 'send' })),
      ...some(looks, () => ({ type: 'look' })),
    ].sort((a, b) => a.timeUs - b.timeUs);
  }

  private perform(step: Exclude<Step, { readonly type: 'look' }>): void {
    switch (step.type) {
      case 'act':
        if (step.action.type !== 'Operate') this.truth.remember();
        this.hand.act(step.action);
        return;
      case 'choose': {
        const choices = this.hand.pending().flatMap((event) => [choiceOf(event) ?? [], ...this.heldBack(event)].flat());
        if (choices.length > 0) this.hand.act(this.oneOf(choices));
        return;
      }
      case 'reload':
        this.truth.remember();
        this.reloaded = true;
        this.hand.act({ type: 'Reload', endings: this.truth.endings() });
        return;
      case 'lose':
        this.lose(step.node);
        return;
      case 'full speed':
        this.atFullSpeed = step.on;
        this.hand.world.showMessages(!step.on);
        this.send('playing');
        return;
      case 'send':
        this.send('playing');
        // The page draws some frames of it.
        for (let frames = this.draw.between(0, 5); frames > 0; frames--) this.frame();
        return;
    }
  }

  private heldBack(event: PendingEvent): readonly Action[] {
    return isMessage(event) ? [drop(event), delay(event, this.draw.between(1, 100_000))] : [];
  }

  private lose(node: NodeId): void {
    this.truth.remember();
    const { world, hosts } = this.hand;
    const round = world.plan(world.nowUs + SECOND / 10, false);
    if (round === undefined) return;
    if (round.calls.some((call) => call.node === node && call.type === 'grant')) {
      this.truth.reasons.set(node, 'quota');
      this.hand.lose(round, node, this.draw.chance(0.5));
    } else performRound(world, hosts, round);
  }

  private look(): Look {
    this.send('paused');
    do this.frame();
    while (this.playback.moving);
    const { seed, atFullSpeed, model, playback, hand, truth } = this;
    const held = truth.picture();
    const frame = {
      lost: new Set(held.lost),
      nowUs: hand.world.nowUs,
      actors: insideWorld(hand.world).actors.all(),
      network: this.config.network,
      monotonicUs: (of: NodeId, virtualUs: Micros) => truth.monotonicUs(of, virtualUs),
    };
    const drawn = drawnPicture(model, frame);
    // Single messages are not told at full speed, and none is drawn; until the first report of it, those in flight still are.
    const hidden = atFullSpeed && Object.keys(drawn.messages).length === 0;
    return {
      seed,
      timeUs: hand.world.nowUs,
      atFullSpeed,
      status: this.reloaded ? undefined : hand.world.snapshot(),
      answered: { ...this.answered },
      shownUs: playback.nowUs,
      drawn,
      held: hidden ? { ...held, messages: {} } : held,
    };
  }

  private send(mode: TransportState['mode']): void {
    const { world } = this.hand;
    for (const { result } of world.takeCompleted()) {
      if (result?.type !== 'Completed' || result.outcome.status !== 'ok') continue;
      const { type } = result.outcome.result;
      this.answered[type === 'Value' || type === 'Range' ? 'reads' : 'writes']++;
    }
    this.outbox.add(world.takeTrace());
    const speed = this.atFullSpeed ? 'max' : 1;
    const state = {
      mode,
      speed,
      wantedSpeed: speed,
      pace: '',
      timeUs: world.nowUs,
      events: world.events,
      note: '',
      breakpoints: [],
      hit: undefined,
    } as const;
    this.outbox.flush(state, this.atFullSpeed);
  }

  private frame(): void {
    this.wallMs += FRAME_MS;
    const { events, restarted } = this.playback.advance(this.wallMs);
    if (restarted) this.history.clear();
    this.model = this.history.reduce(restarted ? EMPTY_MODEL : this.model, events);
    const [first] = events;
    if (first !== undefined) this.lived.push({ timeUs: this.playback.nowUs, fromUs: first.timeUs, model: this.model });
  }

  private oneOf<T>(items: readonly T[]): T {
    return items[this.draw.between(0, items.length - 1)] as T;
  }
}

/** Looks at `count` random moments of the run that the seed draws. */
export const looksAt = (seed: number, count: number): Generator<Look> => new RandomRun(seed).looks(count);

/** What a page lived through in the run that the seed draws, frame by frame, and what it kept of it. */
export function liveThrough(seed: number, looks: number): Pick<RandomRun, 'history' | 'lived'> {
  const run = new RandomRun(seed);
  for (const _ of run.looks(looks)) {
    // Each look is a moment as well.
  }
  return run;
}
