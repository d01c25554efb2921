import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { operationText } from './operation-text.ts';
import { OPERATIONS_MAX } from './view-model.ts';

/** What clients have asked and not yet been told. */
export function reduceOperation(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'OperationInvoked': {
      const pending = draft.pending();
      const { id, client, shard, operation } = event;
      pending.set(id, { id, client, shard, text: operationText(operation) });
      if (!draft.view.clients.has(client)) draft.clients().set(client, event.clientName);
      if (pending.size > OPERATIONS_MAX) {
        const oldest = pending.keys().next();
        if (oldest.done !== true) pending.delete(oldest.value);
      }
      return;
    }
    case 'OperationCompleted':
      if (draft.view.operations.has(event.id)) draft.pending().delete(event.id);
      return;
    default:
  }
}
