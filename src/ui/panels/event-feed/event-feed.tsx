import './event-feed.css';
import { useMemo, useState } from 'react';
import { useAppState } from '../../app-context.ts';
import { filterFeed } from '../../store/feed-filter.ts';
import { FeedFilters } from './feed-filters.tsx';
import { FeedRow } from './feed-row.tsx';

const ROWS = 60;

/** What happened and why, newest first. Heartbeats are no news; what repeats is one item. */
export function EventFeed() {
  const feed = useAppState((state) => state.model.feed);
  const filter = useAppState((state) => state.feedFilter);
  const shard = useAppState((state) => state.focusedShard);
  const [rows, setRows] = useState(ROWS);
  const moment = useAppState((state) => state.feedMoment);
  const { items, matching, marked } = useMemo(() => {
    if (moment === undefined) return { ...filterFeed(feed, filter, shard, rows), marked: undefined };
    const all = filterFeed(feed, filter, shard, feed.length).items;
    const at = all.findIndex(({ timeUs }) => timeUs <= moment);
    return { items: all.slice(0, Math.max(rows, at + 2)), matching: all.length, marked: all[at]?.id };
  }, [feed, filter, shard, rows, moment]);
  return (
    <section className="panel feed" aria-labelledby="feed-title">
      <div className="panel-head">
        <h2 id="feed-title">What happened, and why</h2>
        <FeedFilters />
      </div>
      {items.length === 0 ? (
        <p className="empty">
          {feed.length === 0
            ? 'Nothing yet. Press Play, or try one of the buttons above the ring.'
            : `None of the ${feed.length} events is of this kind. All shows every one.`}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol className="feed-rows" tabIndex={0} aria-label="Events, newest first">
          {items.map((item) => (
            <FeedRow key={item.id} item={item} marked={item.id === marked} />
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
