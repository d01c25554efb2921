import { shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { formatSeconds } from '../format.ts';
import { outcomeText } from '../store/outcome-text.ts';
import type { OperationView } from '../store/view-model.ts';

const ROWS_MAX = 12;

/** What the clients asked, newest first: what is under way, and how the last ones ended. */
export function OperationList() {
  const { pending, completed } = useAppState((state) => state.model.operations);
  const clients = useAppState((state) => state.model.clients);
  const rows = [...completed, ...pending.values()].slice(-ROWS_MAX).reverse();
  return (
    <section className="panel operations" aria-labelledby="operations-title">
      <h2 id="operations-title">
        Operations <span className="dim">{pending.size === 0 ? 'none under way' : `${pending.size} under way`}</span>
      </h2>
      {rows.length === 0 ? (
        <p className="empty">
          Nothing was asked yet. PUT, GET, DELETE, CAS and SCAN appear here with who answered, and on what ground.
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol className="operation-rows" tabIndex={0} aria-label="Operations, newest first">
          {rows.map((operation) => (
            <Row key={operation.id} operation={operation} client={clients.get(operation.client) ?? 'client'} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({ operation, client }: { readonly operation: OperationView; readonly client: string }) {
  const { outcome } = operation;
  const told = outcome === undefined ? undefined : outcomeText(outcome);
  return (
    <li className="operation-row">
      <span className="mono feed-time">{formatSeconds(operation.invokedAtUs)}</span>
      <span className="mono operation-text">{operation.text}</span>
      <span className="mono faint">{shardName(operation.shard)}</span>
      {outcome === undefined || told === undefined ? (
        <span className="accent">… {client} waits</span>
      ) : (
        <span className="operation-outcome" title={told.why}>
          <span className={told.good ? 'ok' : 'bad'}>{told.good ? '✓' : '✕'}</span> {told.text}{' '}
          <span className="dim">
            {(outcome.elapsedUs / 1000).toFixed(1)} ms · {told.why}
          </span>
        </span>
      )}
    </li>
  );
}
