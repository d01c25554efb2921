import './event-feed.css';
import { useMemo, useState } from 'react';
import { useAppState } from '../../app-context.ts';
import { filterFeed } from '../../store/feed-filter.ts';
import type { FeedItem } from '../../store/view-model.ts';
import { FeedFilters } from './feed-filters.tsx';
import { FeedRow } from './feed-row.tsx';

const ROWS = 60;

/** What happened and why, newest first. Heartbeats are no news; what repeats is one item. */
export function EventFeed() {
  const feed = useAppState((state) => state.model.feed);
  const filter = useAppState((state) => state.feedFilter);
  const shard = useAppState((state) => state.focusedShard);
  const shardTold = useAppState(({ run }) => !filter.shardOnly && (run?.config.shards ?? 1) > 1);
  const [rows, setRows] = useState(ROWS);
  const later = useLater();
  const { items, matching } = useMemo(() => filterFeed(feed, filter, shard, rows), [feed, filter, shard, rows]);
  const ahead = useMemo(() => filterFeed(later, filter, shard, ROWS).items, [later, filter, shard]);
  return (
    <section className="panel feed" aria-labelledby="feed-title">
      <div className="panel-head">
        <h2 id="feed-title">What happened, and why</h2>
        <FeedFilters />
      </div>
      {items.length + ahead.length === 0 ? (
        <p className="empty">
          {feed.length === 0
            ? 'Nothing yet. Press Play, or try one of the buttons above the ring.'
            : `None of the ${feed.length} events is of this kind. All shows every one.`}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol className="feed-rows" tabIndex={0} aria-label="Events, newest first">
          {ahead.map((item) => (
            <FeedRow key={`later ${item.id}`} item={item} shardTold={shardTold} later />
          ))}
          {ahead.length > 0 ? (
            <li className="feed-present" aria-hidden="true">
              what is above came later than the moment shown
            </li>
          ) : null}
          {items.map((item) => (
            <FeedRow key={item.id} item={item} shardTold={shardTold} />
          ))}
          {matching > items.length ? (
            <li>
              <button type="button" className="link-button" onClick={() => setRows(rows + ROWS)}>
                {matching - items.length} earlier
              </button>
            </li>
          ) : null}
        </ol>
      )}
    </section>
  );
}

const NOTHING: readonly FeedItem[] = [];

/** While an earlier moment is shown: what has been told since. */
function useLater(): readonly FeedItem[] {
  const past = useAppState((state) => state.past);
  return useMemo(
    () => (past === undefined ? NOTHING : past.live.feed.filter(({ timeUs }) => timeUs > past.timeUs)),
    [past],
  );
}
