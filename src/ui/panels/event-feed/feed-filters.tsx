import type { ReactNode } from 'react';
import { shardName } from '../../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../../app-context.ts';
import { type FeedFilter, isFiltered, NO_FILTER, toggleTopic } from '../../store/feed-filter.ts';
import type { FeedTopic } from '../../store/view-model.ts';

const TOPICS: readonly { readonly topic: FeedTopic; readonly name: string }[] = [
  { topic: 'election', name: 'Elections' },
  { topic: 'fault', name: 'Faults' },
  { topic: 'write', name: 'Writes' },
  { topic: 'move', name: 'Moves' },
];

/** Which events are shown. Changes the view only, so it is no command. */
export function FeedFilters() {
  const { store } = useApp();
  const filter = useAppState((state) => state.feedFilter);
  const shard = useAppState((state) => state.focusedShard);
  const choose = (feedFilter: FeedFilter) => store.setState({ feedFilter });
  return (
    <fieldset className="choice-row">
      <legend className="sr-only">Show</legend>
      <FilterChip pressed={!isFiltered(filter)} onClick={() => choose(NO_FILTER)}>
        All
      </FilterChip>
      {TOPICS.map(({ topic, name }) => (
        <FilterChip
          key={topic}
          pressed={filter.topics.includes(topic)}
          onClick={() => choose(toggleTopic(filter, topic))}
        >
          {name}
        </FilterChip>
      ))}
      {filter.about === undefined ? null : (
        <FilterChip pressed onClick={() => choose({ ...filter, about: undefined })}>
          {filter.about.text}
        </FilterChip>
      )}
      <FilterChip pressed={filter.shardOnly} onClick={() => choose({ ...filter, shardOnly: !filter.shardOnly })}>
        Only {shardName(shard)}
      </FilterChip>
    </fieldset>
  );
}

function FilterChip({
  pressed,
  onClick,
  children,
}: {
  readonly pressed: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" className="filter-chip" aria-pressed={pressed} onClick={onClick}>
      {children}
    </button>
  );
}
