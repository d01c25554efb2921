import type { ClientActorId } from '../core/base/ids.ts';
import { decodeUtf8 } from '../core/base/utf8.ts';
import type { EventualOperation } from '../core/client/operation.ts';
import { compareStamps, laterStamp, type Stamp } from '../core/replication/stamp.ts';

/** Latest stamps of a write's key before it was asked for. */
interface Before {
  /** That its client had been told of, and took along. */
  readonly seen: Stamp | undefined;
  /** That any client had been told of. */
  readonly told: Stamp | undefined;
}

/**
 * Whether writes that came later have later stamps. With last writer wins one that has not is dropped, acknowledged or not: `skewed` if its client had seen what it
 * loses against, which the hybrid clock rules out and the wall clock does not; `overtaken` if it had not, and it was there all the same.
 */
export class StampOrder {
  private readonly told = new Map<string, Stamp>();
  /** By client and key. */
  private readonly seen = new Map<string, Stamp>();
  private readonly before = new Map<number, Before>();
  private readonly clients = new Map<number, ClientActorId>();

  invoked(id: number, client: ClientActorId, operation: EventualOperation): void {
    this.clients.set(id, client);
    if (operation.type !== 'EventualWrite') return;
    const key = decodeUtf8(operation.key);
    // What its client has read it leaves behind; another context than the client's own may be of any time.
    const isOwn = operation.context === undefined;
    this.before.set(id, { seen: isOwn ? this.seen.get(`${client} ${key}`) : undefined, told: this.told.get(key) });
  }

  /** @param latest of the versions that the client was told of */
  completed(id: number, operation: EventualOperation, latest: Stamp): 'skewed' | 'overtaken' | undefined {
    const key = decodeUtf8(operation.key);
    keepLater(this.told, key, latest);
    keepLater(this.seen, `${this.clients.get(id)} ${key}`, latest);
    const before = this.before.get(id);
    if (isLater(before?.seen, latest)) return 'skewed';
    return isLater(before?.told, latest) ? 'overtaken' : undefined;
  }
}

const isLater = (stamp: Stamp | undefined, than: Stamp): boolean =>
  stamp !== undefined && compareStamps(stamp, than) > 0;

function keepLater(stamps: Map<string, Stamp>, name: string, stamp: Stamp): void {
  const known = stamps.get(name);
  stamps.set(name, known === undefined ? stamp : laterStamp(known, stamp));
}
