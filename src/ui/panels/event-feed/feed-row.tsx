import { useEffect, useRef } from 'react';
import { type ClientActorId, isClient } from '../../../core/base/ids.ts';
import { nodeName, shardName } from '../../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import { focusOf } from '../../store/feed-filter.ts';
import type { FeedItem } from '../../store/view-model.ts';
import { NodeChip } from '../node-chip.tsx';

/** One event in a sentence; as a button, if there is a shard or a node to look at. */
export function FeedRow({ item, marked }: { readonly item: FeedItem; readonly marked: boolean }) {
  const { store } = useApp();
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (marked) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  const focus = focusOf(item);
  const row = (
    <>
      <span className="mono feed-time">{formatSeconds(item.timeUs)}</span>
      <span className="feed-tone" title={TONES[item.tone].word}>
        <span aria-hidden="true">{TONES[item.tone].mark}</span>
        <span className="sr-only">{TONES[item.tone].word}</span>
      </span>
      <FeedActor item={item} />
      <span className="feed-what">
        {item.text}
        {item.count > 1 ? (
          <span
            className="feed-count"
            title={`${item.count} times from ${formatSeconds(item.sinceUs)} to ${formatSeconds(item.timeUs)}; this is the last`}
          >
            <span aria-hidden="true">×{item.count}</span>
            <span className="sr-only"> {item.count} times</span>
          </span>
        ) : null}
      </span>
      <span className="feed-why">{item.why}</span>
    </>
  );
  const classes = `feed-row feed-${item.tone}`;
  return (
    <li ref={ref} aria-current={marked ? 'time' : undefined} className={marked ? 'feed-marked' : undefined}>
      {focus === undefined ? (
        <div className={classes}>{row}</div>
      ) : (
        <button
          type="button"
          className={classes}
          title={`Show ${[focus.focusedShard === undefined ? '' : shardName(focus.focusedShard), focus.selectedNode === undefined ? '' : nodeName(focus.selectedNode)].filter(Boolean).join(' and ')}`}
          onClick={() => store.setState(focus)}
        >
          {row}
        </button>
      )}
    </li>
  );
}

const TONES = {
  plain: { mark: '·', word: 'note:' },
  good: { mark: '✓', word: 'good:' },
  bad: { mark: '✕', word: 'problem:' },
} as const;

function FeedActor({ item }: { readonly item: FeedItem }) {
  const clients = useAppState((state) => state.model.clients);
  if (item.actor === 0) return <span className="chip chip-plain">cluster</span>;
  if (isClient(item.actor))
    return <span className="chip chip-plain">{clients.get(item.actor as ClientActorId) ?? 'client'}</span>;
  return <NodeChip node={item.actor} up={item.text !== 'was killed' && item.text !== 'crashed'} />;
}
