import { operationKeys } from '../../core/cluster/describe.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { operationText } from './operation-text.ts';
import { OPERATIONS_MAX, RECENT_KEPT } from './view-model.ts';

/** What clients have asked, and of that what they have not yet been told. */
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
      const asked = { id, client, key: operationKeys(operation)[0], requests: [] };
      draft.recent = [...draft.view.recent.slice(1 - RECENT_KEPT), asked];
      return;
    }
    case 'RequestSent': {
      const { operation, requestId } = event;
      draft.recent = draft.view.recent.map((each) =>
        each.id === operation ? { ...each, requests: [...each.requests, requestId] } : each,
      );
      return;
    }
    case 'ActionTaken':
      // The clients have forgotten everything, and operation ids begin again.
      if (event.action.type === 'Reload') draft.recent = [];
      return;
    case 'OperationCompleted':
      if (draft.view.operations.has(event.id)) draft.pending().delete(event.id);
      return;
    default:
  }
}
