import { isMetaGroup } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import { Draft } from './draft.ts';
import { tellEvent } from './feed-words.ts';
import { reduceBreak } from './reduce-break.ts';
import { reduceMembership } from './reduce-membership.ts';
import { reduceMessage } from './reduce-message.ts';
import { reduceNode } from './reduce-node.ts';
import { reduceOperation } from './reduce-operation.ts';
import { reducePlacement } from './reduce-placement.ts';
import { reduceReplica } from './reduce-replica.ts';
import { reduceRequest } from './reduce-request.ts';
import { reduceStorage } from './reduce-storage.ts';
import { reduceTally } from './reduce-tally.ts';
import type { ViewModel } from './view-model.ts';

/** The model after one event. Pure: the model given stays as it was. */
export const reduce = (model: ViewModel, event: TraceEvent): ViewModel => reduceAll(model, [event]);

/** The model after a batch of events in run order; the same as reducing them one by one, at the cost of one copy. */
export function reduceAll(model: ViewModel, events: readonly TraceEvent[]): ViewModel {
  if (events.length === 0) return model;
  const draft = new Draft(model);
  for (const event of events) {
    draft.event = event;
    // What goes on inside the meta group is told by what it agrees on.
    if ('shard' in event && 'node' in event && isMetaGroup(event.shard)) {
      reducePlacement(draft, event);
      continue;
    }
    // The feed first: its words rest on what was known before (who led, what the message was).
    tellEvent(draft, event);
    reducePlacement(draft, event);
    reduceNode(draft, event);
    reduceBreak(draft, event);
    reduceReplica(draft, event);
    reduceMessage(draft, event);
    reduceMembership(draft, event);
    // Before the operation is no longer under way.
    reduceRequest(draft, event);
    reduceOperation(draft, event);
    reduceStorage(draft, event);
    reduceTally(draft, event);
  }
  draft.paths = model.paths.after(events);
  return draft.finish();
}
