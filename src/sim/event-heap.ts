import { compareKeys, type EventKey } from './event-key.ts';

/** A binary min-heap of events in key order. Keys are unique, so its order is total. */
export class EventHeap<T extends EventKey> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (compareKeys(items[parent] as T, item) <= 0) break;
      items[at] = items[parent] as T;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && compareKeys(items[child + 1] as T, items[child] as T) < 0) child++;
      if (compareKeys(items[child] as T, last) >= 0) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = last;
    return top;
  }

  /** Takes one out of the middle: in time linear in the heap, for the rare event that somebody chose. */
  remove(item: T): void {
    const others = this.items.filter((other) => other !== item);
    this.clear();
    for (const other of others) this.push(other);
  }

  clear(): void {
    this.items.length = 0;
  }

  values(): readonly T[] {
    return this.items;
  }
}
