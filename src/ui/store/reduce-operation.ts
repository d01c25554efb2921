import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { operationKey, operationText } from './operation-text.ts';
import { OPERATIONS_KEPT, OPERATIONS_MAX } from './view-model.ts';

/** What clients asked, and how it ended. */
export function reduceOperation(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'OperationInvoked': {
      const pending = draft.pending();
      const { id, client, shard, operation } = event;
      pending.set(id, {
        id,
        client,
        shard,
        text: operationText(operation),
        key: operationKey(operation),
        invokedAtUs: event.timeUs,
        outcome: undefined,
      });
      if (!draft.view.clients.has(client)) draft.clients().set(client, event.clientName);
      if (pending.size > OPERATIONS_MAX) {
        const oldest = pending.keys().next();
        if (oldest.done !== true) pending.delete(oldest.value);
      }
      return;
    }
    case 'OperationCompleted': {
      const operation = draft.view.operations.pending.get(event.id);
      if (operation === undefined) return;
      draft.pending().delete(event.id);
      const completed = { ...operation, outcome: event.outcome };
      draft.completed = [...draft.view.operations.completed, completed].slice(-OPERATIONS_KEPT);
      return;
    }
    default:
  }
}
