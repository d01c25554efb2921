import type { Micros } from '../base/ids.ts';
import type { CorruptBlock } from '../lsm/corrupt-store.ts';
import type { Scrub } from '../lsm/scrub.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** In the background so many blocks are read at a time, or one extent where that holds more, and no sooner than this after the ones before. */
export const SCRUB_BLOCKS = 16;
export const SCRUB_SLICE_INTERVAL_US: Micros = 200_000;

/** Walks through all blocks of the node's tables, for damage that nobody would come to otherwise: in the background, and at once where somebody asks. */
export class Scrubber {
  private readonly env: ReplicaEnvironment;
  private readonly onCorrupt: (block: CorruptBlock) => void;
  private scrub: Scrub | undefined;
  /** A slice is being read. */
  private isReading = false;
  /** Somebody wants all of it, one slice after the other, from the beginning. */
  private isAsked = false;
  /** Of the next slice. */
  private dueUs: Micros;
  /** When the present walk began, or the last one. */
  private begunUs: Micros;

  /** @param firstUs how long to wait for the first walk in the background */
  constructor(env: ReplicaEnvironment, firstUs: Micros, onCorrupt: (block: CorruptBlock) => void) {
    this.env = env;
    this.onCorrupt = onCorrupt;
    this.begunUs = env.nowUs;
    this.dueUs = env.nowUs + firstUs;
  }

  /** All blocks, from now on and as fast as the disk gives them. */
  ask(): void {
    this.isAsked = true;
    this.begin();
    if (!this.isReading) this.read();
  }

  /** Asked whenever the node's timer goes off: it does so often enough, and is not set for this. */
  tick(): void {
    const { env, isReading, isAsked } = this;
    if (env.scrubIntervalUs === 0 || isReading || isAsked || env.nowUs < this.dueUs) return;
    if (this.scrub === undefined) {
      // There is nothing to read, and the code that would do it comes late.
      if (env.engine.version.levels.every((tables) => tables.length === 0)) {
        this.dueUs = env.nowUs + Math.max(SCRUB_SLICE_INTERVAL_US, env.scrubIntervalUs);
        return;
      }
      this.begin();
    }
    this.read();
  }

  private begin(): void {
    this.scrub = this.env.engine.startScrub();
    this.begunUs = this.env.nowUs;
  }

  private read(): void {
    const { env, scrub } = this;
    if (scrub === undefined) return;
    const told = scrub.bad.length;
    const ended = (isLast: boolean): void => {
      this.isReading = false;
      this.dueUs = env.nowUs + SCRUB_SLICE_INTERVAL_US;
      for (const block of scrub.bad.slice(told)) this.onCorrupt(block);
      // Somebody has asked for another one meanwhile, which begins with the first table.
      const isPresent = this.scrub === scrub;
      if (isPresent && isLast) this.complete(scrub);
      else if (this.isAsked) this.read();
    };
    this.isReading = true;
    // It counts what cannot be read, and goes on.
    env.blocks.run(undefined, scrub.slice(SCRUB_BLOCKS), ended, () => ended(true));
  }

  private complete({ blocks, bytes, bad }: Scrub): void {
    const { env, isAsked: asked, begunUs } = this;
    this.scrub = undefined;
    this.isAsked = false;
    this.dueUs = Math.max(this.dueUs, begunUs + env.scrubIntervalUs);
    if (blocks > 0 || asked) env.events.push({ type: 'ScrubCompleted', blocks, bytes, bad: bad.length, asked });
  }
}
