/**
 * Names for clients that do several things at once, in a history whose processes do one: `a`, `a 2`, `a 3` … What ends without a known outcome
 * never frees its process, as in Jepsen: it may still be at it.
 */
export class Processes {
  /** By client: the names that are free, and how many there are. */
  private readonly ofClient = new Map<string, { readonly free: string[]; count: number }>();
  private readonly clientOf = new Map<string, string>();

  take(client: string): string {
    let known = this.ofClient.get(client);
    if (known === undefined) {
      known = { free: [], count: 0 };
      this.ofClient.set(client, known);
    }
    const freed = known.free.pop();
    if (freed !== undefined) return freed;
    known.count++;
    const name = known.count === 1 ? client : `${client} ${known.count}`;
    this.clientOf.set(name, client);
    return name;
  }

  free(process: string): void {
    const client = this.clientOf.get(process);
    if (client !== undefined) this.ofClient.get(client)?.free.push(process);
  }
}
