import type { Micros } from '../../../core/base/ids.ts';
import type { AppServices } from '../../app-context.ts';
import { showPanel } from '../../shell/shell-store.ts';
import { NO_FILTER } from '../../store/feed-filter.ts';
import type { InvariantWords } from './invariant-words.ts';

/** What the screen came to show: the moment that was asked for, which may be now, or the earliest that is kept. */
export type Arrival = 'moment' | 'now' | 'earliest';

/** Shows the screen as it was at a moment of the run, and what happened then. */
export async function goToMoment(
  { store, shell, look }: Pick<AppServices, 'store' | 'shell' | 'look'>,
  timeUs: Micros,
): Promise<Arrival> {
  const shown = await look({ timeUs });
  store.setState({ feedFilter: NO_FILTER });
  showPanel(shell, 'events');
  if (shown === undefined) return 'now';
  return shown <= timeUs ? 'moment' : 'earliest';
}

/** Leads to what the feed tells of a rule. */
export function goToEvents(
  { store, shell }: Pick<AppServices, 'store' | 'shell'>,
  { text, topic, events }: InvariantWords,
): void {
  const topics = topic === undefined ? [] : [topic];
  store.setState({ feedFilter: { topics, shardOnly: false, about: { text, events } } });
  showPanel(shell, 'events');
}
