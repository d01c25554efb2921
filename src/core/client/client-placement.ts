import { type Micros, type NodeId, type ShardId, shardId } from '../base/ids.ts';
import type { ClientReply, ConnectionRefused, RequestBody } from '../node/message.ts';
import type { ClientOptions } from './client-io.ts';
import type { LeaderCache } from './leader-cache.ts';
import { PlacementCache } from './placement-cache.ts';
import { PlacementFetch, type PlacementNews } from './placement-fetch.ts';
import type { ClientReport } from './trace-event.ts';

/** What the client around it does for it. */
interface PlacementPort {
  /** @returns the id of the request that is sent */
  post(to: NodeId, shard: ShardId, body: RequestBody): number;
  report(operation: number, event: ClientReport): void;
}

/** Who holds each shard, as far as a client knows, and how it comes to know more. */
export class ClientPlacement extends PlacementCache {
  private readonly fetch: PlacementFetch;
  private readonly contacts: () => readonly NodeId[];
  private readonly leaders: LeaderCache;
  private readonly port: PlacementPort;

  constructor(options: ClientOptions, leaders: LeaderCache, port: PlacementPort) {
    super(options.ring);
    this.fetch = new PlacementFetch(options, options.random);
    this.contacts = options.contacts;
    this.leaders = leaders;
    this.port = port;
  }

  /** When `wakeDue` has something to do. */
  get wakeAtUs(): Micros | undefined {
    return this.fetch.wakeAtUs;
  }

  wakeDue(nowUs: Micros): void {
    const { fetch, port } = this;
    if (fetch.wakeAtUs === undefined || nowUs < fetch.wakeAtUs) return;
    const to = fetch.wake(nowUs, this.everybody, this.contacts());
    if (to === undefined) return;
    const requestId = port.post(to, shardId(0), { type: 'GetPlacement' });
    fetch.sent(nowUs, requestId, to);
    port.report(fetch.operation, { type: 'PlacementAsked', shard: shardId(0), requestId, to });
  }

  /** @param asked who has said nothing of use */
  search(nowUs: Micros, asked: readonly NodeId[], operation: number): void {
    this.fetch.search(nowUs, this.contacts(), asked, this.known, operation);
  }

  /** Whoever answers tells which ring it knows of, and one who refuses for it how far it knows the rest. */
  heard(
    nowUs: Micros,
    { operationId, shard }: { readonly operationId: number; readonly shard: ShardId },
    from: NodeId,
    { requestId, ringEpoch, body }: ClientReply,
  ): void {
    const metaIndex = 'metaIndex' in body ? body.metaIndex : 0;
    const { known } = this;
    if (!this.fetch.told(nowUs, from, { ringEpoch, metaIndex }, known, operationId)) return;
    const knownEpoch = known.ringEpoch;
    this.port.report(operationId, { type: 'PlacementOutdated', shard, requestId, from, ringEpoch, knownEpoch });
  }

  /** @returns false: it is no answer to what was asked here */
  receive(nowUs: Micros, from: NodeId, message: ClientReply | ConnectionRefused): boolean {
    const { fetch } = this;
    if (!fetch.isOf(message.requestId)) return false;
    if (message.type === 'ClientReply' && message.body.type === 'Placement') {
      const { body, requestId } = message;
      const changed = this.learnAll(body);
      for (const [shard, holders] of body.shards.entries()) this.leaders.hint(shardId(shard), holders);
      const { ringEpoch } = body;
      this.port.report(fetch.operation, {
        type: 'PlacementLearned',
        shard: shardId(0),
        requestId,
        from,
        ringEpoch,
        changed,
      });
    }
    fetch.answered(nowUs, this.known);
    return true;
  }

  private get known(): PlacementNews {
    const { ringEpoch, metaIndex } = this;
    return { ringEpoch, metaIndex };
  }
}
