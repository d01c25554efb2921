import { type ClientActorId, isClient } from '../../../core/base/ids.ts';
import { nodeName, shardName } from '../../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import { focusOf } from '../../store/feed-filter.ts';
import type { FeedItem } from '../../store/view-model.ts';
import { NodeChip } from '../node-chip.tsx';

interface Props {
  readonly item: FeedItem;
  /** Its shard is said: those of others stand around it. */
  readonly shardTold: boolean;
  /** An earlier moment is shown, and this had not happened then. */
  readonly later?: boolean;
}

/** One event in a sentence, and the way to its moment. */
export function FeedRow({ item, shardTold, later = false }: Props) {
  const { store, look } = useApp();
  const focus = focusOf(item);
  const shard = shardTold ? untoldShard(item) : undefined;
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
        {shard === undefined ? null : <span className="mono feed-shard"> {shard}</span>}
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
  return (
    <li>
      <button
        type="button"
        className={`feed-row feed-${item.tone}${later ? ' feed-later' : ''}`}
        title={`Look at this moment${focus === undefined ? '' : `, and at ${focusText(focus)}`}`}
        onClick={({ currentTarget }) => {
          // In a narrow page the card of a node covers the very picture that one came to see.
          const hasRoom = currentTarget.closest('[data-arrangement="wide"]') !== null;
          if (focus !== undefined) store.setState(hasRoom ? focus : { ...focus, selectedNode: undefined });
          void look({ timeUs: item.timeUs });
        }}
      >
        {row}
        {later ? <span className="sr-only">, later than the moment shown</span> : null}
      </button>
    </li>
  );
}

const focusText = ({ focusedShard, selectedNode }: NonNullable<ReturnType<typeof focusOf>>): string =>
  [focusedShard === undefined ? '' : shardName(focusedShard), selectedNode === undefined ? '' : nodeName(selectedNode)]
    .filter(Boolean)
    .join(' and ');

/** The shard's name where the sentence does not say it; undefined: it does, or there is none. */
function untoldShard({ shard, text }: FeedItem): string | undefined {
  const name = shard === undefined ? undefined : shardName(shard);
  return name === undefined || text.split(/[^\w]+/).includes(name) ? undefined : name;
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
