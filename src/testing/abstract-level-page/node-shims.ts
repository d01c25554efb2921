// What abstract-level's tests and tape take from Node, in a browser; no more of each module than they use.

type Listener = (...args: unknown[]) => void;

export class EventEmitter {
  private listenersOf: Map<string | symbol, { listener: Listener; once: boolean }[]> | undefined;

  on(event: string | symbol, listener: Listener): this {
    return this.add(event, listener, false);
  }

  addListener(event: string | symbol, listener: Listener): this {
    return this.add(event, listener, false);
  }

  once(event: string | symbol, listener: Listener): this {
    return this.add(event, listener, true);
  }

  off(event: string | symbol, listener: Listener): this {
    return this.removeListener(event, listener);
  }

  removeListener(event: string | symbol, listener: Listener): this {
    const listeners = this.entries(event);
    const at = listeners.findLastIndex((each) => each.listener === listener);
    if (at >= 0) this.map().set(event, listeners.toSpliced(at, 1));
    return this;
  }

  removeAllListeners(event?: string | symbol): this {
    if (event === undefined) this.map().clear();
    else this.map().delete(event);
    return this;
  }

  emit(event: string | symbol, ...args: unknown[]): boolean {
    const listeners = this.entries(event);
    for (const { listener, once } of listeners) {
      if (once) this.removeListener(event, listener);
      listener.apply(this, args);
    }
    return listeners.length > 0;
  }

  listeners(event: string | symbol): Listener[] {
    return this.entries(event).map((each) => each.listener);
  }

  listenerCount(event: string | symbol): number {
    return this.entries(event).length;
  }

  setMaxListeners(): this {
    return this;
  }

  private add(event: string | symbol, listener: Listener, once: boolean): this {
    // Node tells of a listener before it is there.
    if (event !== 'newListener') this.emit('newListener', event, listener);
    this.map().set(event, [...this.entries(event), { listener, once }]);
    return this;
  }

  private entries(event: string | symbol): { listener: Listener; once: boolean }[] {
    return this.map().get(event) ?? [];
  }

  /** Made when it is first asked for: old-style subclasses do not call the constructor. */
  private map(): Map<string | symbol, { listener: Listener; once: boolean }[]> {
    this.listenersOf ??= new Map();
    return this.listenersOf;
  }
}

/** Node's legacy Stream. */
export class Stream extends EventEmitter {}

export const sep = '/';
