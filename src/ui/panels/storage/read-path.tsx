import { memo } from 'react';
import { decodeKey } from '../../../core/cluster/describe.ts';
import { formatSeconds } from '../../format.ts';
import type { LookupView } from '../../store/view-model.ts';
import { Stop } from './stop.tsx';
import { lookupCost, lookupWords } from './storage-words.ts';

interface Props {
  readonly lookup: LookupView | undefined;
  /** How many of its steps are lit. */
  readonly lit: number;
}

/** Where the last read of this node looked, in order, and what each place said. */
export const ReadPath = memo(function ReadPath({ lookup, lit }: Props) {
  return (
    <section className="storage-card read-path" aria-label="Last read">
      <div className="storage-card-head">
        <h3>
          {lookup === undefined ? 'Last read' : <span className="mono">GET {decodeKey(lookup.key) || '""'}</span>}
        </h3>
        {lookup === undefined ? null : (
          <span className="dim">
            s{lookup.shard} · {formatSeconds(lookup.timeUs)}
          </span>
        )}
      </div>
      {lookup === undefined ? (
        <p className="storage-note">
          None was observed here. GET a key whose shard this node leads; at full speed single reads are not observed.
        </p>
      ) : (
        <>
          <ol>
            {lookup.steps.map((step, i) => {
              const { place, result, found } = lookupWords(step);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one read never change
                <li key={i} className={i < lit ? 'read-step' : 'read-step read-waits'}>
                  <Stop number={i + 1} state={found ? 'found' : 'searched'} />
                  <span>
                    <b>{place}</b>: {result}
                  </span>
                </li>
              );
            })}
          </ol>
          <p className="storage-note">{lookupCost(lookup.steps)}</p>
        </>
      )}
    </section>
  );
});
