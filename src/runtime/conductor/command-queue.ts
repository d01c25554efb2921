/**
 * What people and tests ask for, one at a time and only between two rounds: an action must not come while a round is under way, and two
 * actions must not overtake each other on their way to the log.
 */
export class CommandQueue {
  private readonly waiting: { readonly perform: () => Promise<void>; readonly reject: (error: Error) => void }[] = [];
  private readonly onArrival: () => void;

  constructor(onArrival: () => void) {
    this.onArrival = onArrival;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Resolves or rejects as the command does. */
  enqueue<T>(command: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const perform = async (): Promise<void> => {
        try {
          resolve(await command());
        } catch (error) {
          reject(error);
        }
      };
      this.waiting.push({ perform, reject });
      this.onArrival();
    });
  }

  /** Performs what waits now. What is asked for meanwhile waits for the next time: whoever asks without end does not stop the run. */
  async drain(): Promise<void> {
    for (const command of this.waiting.splice(0)) await command.perform();
  }

  /** Nothing of what waits will be done. */
  rejectAll(error: Error): void {
    for (const command of this.waiting.splice(0)) command.reject(error);
  }
}
