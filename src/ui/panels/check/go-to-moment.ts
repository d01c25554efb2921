import type { Micros } from '../../../core/base/ids.ts';
import type { AppServices } from '../../app-context.ts';
import { showPanel } from '../../shell/shell-store.ts';
import { NO_FILTER } from '../../store/feed-filter.ts';
import type { FeedTopic } from '../../store/view-model.ts';

/** Leads to a moment of the run: what happened then, in the feed. False: the feed does not reach back that far. */
export function goToMoment({ store, shell }: Pick<AppServices, 'store' | 'shell'>, timeUs: Micros): boolean {
  const [oldest] = store.getState().model.feed;
  if (oldest === undefined || oldest.timeUs > timeUs) return false;
  store.setState({ feedFilter: NO_FILTER, feedMoment: timeUs });
  showPanel(shell, 'events');
  return true;
}

/** Leads to all events of a kind, in the feed. */
export function goToTopic({ store, shell }: Pick<AppServices, 'store' | 'shell'>, topic: FeedTopic): void {
  store.setState({ feedFilter: { topics: [topic], shardOnly: false }, feedMoment: undefined });
  showPanel(shell, 'events');
}
