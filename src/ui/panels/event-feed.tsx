import type { ClientActorId } from '../../core/base/ids.ts';
import { isClient } from '../../core/base/ids.ts';
import { useAppState } from '../app-context.ts';
import { formatSeconds } from '../format.ts';
import type { FeedItem } from '../store/view-model.ts';
import { NodeChip } from './node-chip.tsx';

const ROWS_MAX = 60;

/** What happened to the focused shard and to the cluster, newest first, and why. */
export function EventFeed() {
  const feed = useAppState((state) => state.model.feed);
  const shard = useAppState((state) => state.focusedShard);
  const rows = feed
    .filter((item) => item.shard === undefined || item.shard === shard)
    .slice(-ROWS_MAX)
    .reverse();
  return (
    <section className="panel feed" aria-labelledby="feed-title">
      <h2 id="feed-title">What happened, and why</h2>
      {rows.length === 0 ? (
        <p className="empty">Nothing yet. Press Play, or try one of the buttons above the ring.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol className="feed-rows" tabIndex={0} aria-label="Events, newest first">
          {rows.map((item) => (
            <FeedRow key={item.id} item={item} />
          ))}
        </ol>
      )}
    </section>
  );
}

function FeedRow({ item }: { readonly item: FeedItem }) {
  return (
    <li className={`feed-row feed-${item.tone}`}>
      <span className="mono feed-time">{formatSeconds(item.timeUs)}</span>
      <FeedActor item={item} />
      <span className="feed-what">{item.text}</span>
      <span className="feed-why">{item.why}</span>
    </li>
  );
}

function FeedActor({ item }: { readonly item: FeedItem }) {
  const clients = useAppState((state) => state.model.clients);
  if (item.actor === 0) return <span className="chip chip-plain">cluster</span>;
  if (isClient(item.actor))
    return <span className="chip chip-plain">{clients.get(item.actor as ClientActorId) ?? 'client'}</span>;
  return <NodeChip node={item.actor} up={item.text !== 'was killed' && item.text !== 'crashed'} />;
}
