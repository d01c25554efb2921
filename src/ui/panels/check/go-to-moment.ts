import type { Micros } from '../../../core/base/ids.ts';
import type { AppServices } from '../../app-context.ts';
import { showPanel } from '../../shell/shell-store.ts';
import { NO_FILTER } from '../../store/feed-filter.ts';
import type { FeedTopic } from '../../store/view-model.ts';

/** Shows the screen as it was at a moment of the run, and what happened then. False: what is kept does not reach back that far. */
export async function goToMoment(
  { store, shell, look }: Pick<AppServices, 'store' | 'shell' | 'look'>,
  timeUs: Micros,
): Promise<boolean> {
  const shown = await look({ timeUs });
  store.setState({ feedFilter: NO_FILTER });
  showPanel(shell, 'events');
  return shown === undefined || shown <= timeUs;
}

/** Leads to all events of a kind, in the feed. */
export function goToTopic({ store, shell }: Pick<AppServices, 'store' | 'shell'>, topic: FeedTopic): void {
  store.setState({ feedFilter: { topics: [topic], shardOnly: false } });
  showPanel(shell, 'events');
}
