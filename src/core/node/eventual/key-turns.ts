import { must } from '../../base/assert.ts';
import type { ShardId } from '../../base/ids.ts';

interface Turns {
  readonly waiting: (() => void)[];
  /** Whether the present one is being called just now, and whether it has ended its turn. */
  isCalling: boolean;
  hasEnded: boolean;
}

/**
 * One after the other for each key: a write reads the row that it begins with, and has to be in it before the next one reads it; two that began with the
 * same row would give the same dot out twice.
 */
export class KeyTurns {
  private readonly keys = new Map<string, Turns>();

  /** @param run at once, or when all before it have ended their turns; it ends its own with `end`, now or later */
  take(shard: ShardId, key: Uint8Array, run: () => void): void {
    const name = nameOf(shard, key);
    const turns = this.keys.get(name);
    if (turns !== undefined) {
      turns.waiting.push(run);
      return;
    }
    const begun: Turns = { waiting: [run], isCalling: false, hasEnded: true };
    this.keys.set(name, begun);
    this.goOn(name, begun);
  }

  end(shard: ShardId, key: Uint8Array): void {
    const name = nameOf(shard, key);
    const turns = must(this.keys.get(name), 'a turn was taken');
    turns.hasEnded = true;
    if (!turns.isCalling) this.goOn(name, turns);
  }

  /** In a loop: many that waited would otherwise be called from within each other. */
  private goOn(name: string, turns: Turns): void {
    while (turns.hasEnded) {
      const run = turns.waiting.shift();
      if (run === undefined) {
        this.keys.delete(name);
        return;
      }
      turns.hasEnded = false;
      turns.isCalling = true;
      run();
      turns.isCalling = false;
    }
  }
}

/** One character for each byte: keys need not be text. */
const nameOf = (shard: ShardId, key: Uint8Array): string =>
  `${shard}/${Array.from(key, (byte) => String.fromCharCode(byte)).join('')}`;
