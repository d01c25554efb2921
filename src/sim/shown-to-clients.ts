import type { EventualOperation } from '../core/client/operation.ts';

/** Stands for all that there is: of a context that a client was given nobody knows what was shown for it. */
const ALL = '*';

/** By the names of their stamps: which versions of a key each client has been shown, and which whoever wrote those had been. */
export class ShownToClients {
  /** By client and key. */
  private readonly shown = new Map<string, Set<string>>();

  /** @param seen what whoever wrote it had been shown. */
  met(client: number, key: string, name: string, seen: ReadonlySet<string>): void {
    const of = `${client} ${key}`;
    const known = this.shown.get(of) ?? new Set<string>();
    this.shown.set(of, known);
    known.add(name);
    for (const each of seen) known.add(each);
  }

  /** What a write replaces at most. */
  before(client: number, key: string, context: (EventualOperation & { type: 'EventualWrite' })['context']) {
    if (context === undefined) return new Set(this.shown.get(`${client} ${key}`));
    return new Set(context === '' ? [] : [ALL]);
  }
}

export const hasSeen = (seen: ReadonlySet<string>, name: string): boolean => seen.has(ALL) || seen.has(name);
