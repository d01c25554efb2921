import type { Arguments } from './arguments.ts';
import type { Stage } from './stage.ts';

export interface TranscriptCommand {
  readonly name: string;
  /** What follows the name: `<must> [may] word…`. */
  readonly usage: string;
  /** Does it, and says everything that came of it with `stage.say` and `stage.tell`. */
  run(stage: Stage, args: Arguments): void;
}
