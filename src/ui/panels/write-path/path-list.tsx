import type { OperationPath } from '../../../core/cluster/operation-path/operation-path.ts';
import { shardName } from '../../../core/cluster/snapshot.ts';
import { formatSeconds } from '../../format.ts';
import { operationText } from '../../store/operation-text.ts';
import { outcomeText } from '../../store/outcome-text.ts';

interface Props {
  /** Newest first. */
  readonly paths: readonly OperationPath[];
  readonly shown: number;
  onPick(id: number): void;
}

/** What the clients asked, newest first: what is under way, and how the last ones ended. */
export function PathList({ paths, shown, onPick }: Props) {
  return (
    <ol className="path-list" aria-label="Operations, newest first">
      {paths.map((path) => (
        <li key={path.id}>
          <button
            type="button"
            className="path-pick"
            aria-pressed={path.id === shown}
            aria-label={`${operationText(path.operation)}, ${shardName(path.shard)}, ${ending(path).words}, at ${formatSeconds(path.invokedUs)} s`}
            onClick={() => onPick(path.id)}
          >
            <span className={`path-sign ${ending(path).tone}`} aria-hidden="true">
              {ending(path).sign}
            </span>
            <span className="mono path-name">{operationText(path.operation)}</span>
            <span className="mono faint">{ending(path).took}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** How it ended: a sign, its tone, words, and the time it took. */
export function ending({ outcome, clientName }: OperationPath): {
  readonly sign: string;
  readonly tone: string;
  readonly words: string;
  readonly took: string;
} {
  if (outcome === undefined) return { sign: '…', tone: 'accent', words: `${clientName} waits`, took: '' };
  const { text, good } = outcomeText(outcome);
  const sign = good ? '✓' : outcome.status === 'unknown' ? '?' : '✕';
  return { sign, tone: good ? 'ok' : 'bad', words: text, took: `${(outcome.elapsedUs / 1000).toFixed(1)} ms` };
}
