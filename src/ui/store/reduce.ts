import { reducePaths } from '../../core/cluster/operation-path/reduce-paths.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { Draft } from './draft.ts';
import { tellEvent } from './feed-words.ts';
import { reduceBreak } from './reduce-break.ts';
import { reduceMessage } from './reduce-message.ts';
import { reduceNode } from './reduce-node.ts';
import { reduceOperation } from './reduce-operation.ts';
import { reduceReplica } from './reduce-replica.ts';
import { reduceRequest } from './reduce-request.ts';
import { reduceLookup, reduceStorage } from './reduce-storage.ts';
import { reduceTally } from './reduce-tally.ts';
import type { ViewModel } from './view-model.ts';

/** The model after one event. Pure: the model given stays as it was. */
export const reduce = (model: ViewModel, event: TraceEvent): ViewModel => reduceAll(model, [event]);

/** The model after a batch of events in run order; the same as reducing them one by one, at the cost of one copy. */
export function reduceAll(model: ViewModel, events: readonly TraceEvent[]): ViewModel {
  if (events.length === 0) return model;
  const draft = new Draft(model);
  let { paths } = model;
  let followed = 0;
  for (const [i, event] of events.entries()) {
    draft.event = event;
    // The feed first: its words rest on what was known before (who led, what the message was).
    tellEvent(draft, event);
    reduceNode(draft, event);
    reduceBreak(draft, event);
    reduceReplica(draft, event);
    reduceMessage(draft, event);
    // Before the operation is no longer under way.
    reduceRequest(draft, event);
    reduceOperation(draft, event);
    reduceStorage(draft, event);
    reduceTally(draft, event);
    if (event.type !== 'ValueLookedUp') continue;
    // Only here do paths count in the middle of a batch: the read is told for an operation that may be over at its end.
    paths = reducePaths(paths, events.slice(followed, i + 1));
    followed = i + 1;
    reduceLookup(draft, event, paths);
  }
  draft.paths = reducePaths(paths, events.slice(followed));
  return draft.finish();
}
