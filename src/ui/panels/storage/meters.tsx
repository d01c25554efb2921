import { plural, showDuration, showSize } from '../../../console/show.ts';
import type { StorageReport } from '../../../core/node/storage-report.ts';
import { Meter } from './meter.tsx';
import { type StyleSwitch, writeAmplificationSince } from './meter-values.ts';
import { groupDigits, percent, times } from './storage-words.ts';

interface Props {
  readonly report: StorageReport;
  readonly switched: StyleSwitch | undefined;
}

/** What the engine costs: amplification, filters, cache. Counted since the node started. */
export function Meters({ report: { engine, stalledUs }, switched }: Props) {
  const { statistics } = engine;
  const { cache, reads } = statistics;
  const blocks = cache.hits + cache.misses;
  const absent = reads.bloomNegatives + reads.bloomFalsePositives;
  const since = switched === undefined ? undefined : writeAmplificationSince(statistics, switched);
  const stalls = statistics.delays + statistics.stops;
  return (
    <section className="storage-card" aria-label="Amplification, filters and cache">
      <h3>
        Amplification <span className="dim">since the node started</span>
      </h3>
      <dl className="amplification">
        <Figure
          value={statistics.bytesFlushed === 0 ? '–' : times(statistics.writeAmplification)}
          name="table bytes a byte written"
        />
        <Figure value={String(statistics.readAmplification)} name="runs to ask for an absent key" />
        <Figure value={times(statistics.spaceAmplification)} name="bytes kept a byte of the oldest run" />
      </dl>
      {switched === undefined ? null : (
        <p className="storage-note">
          Since {switched.to}: write {since === undefined ? '– (nothing written yet)' : times(since)}. Before, under{' '}
          {switched.from}: write {times(switched.statistics.writeAmplification)}, read{' '}
          {switched.statistics.readAmplification}, space {times(switched.statistics.spaceAmplification)}.
        </p>
      )}
      {stalls === 0 ? null : (
        <p className="storage-note">
          Writes were held back {plural(stalls, 'time')}, {showDuration(stalledUs)} in all.
        </p>
      )}
      <h3>Filters and cache</h3>
      <Meter
        name="Bloom said no"
        value={`${groupDigits(reads.bloomNegatives)} of ${groupDigits(reads.bloomChecks)}`}
        share={reads.bloomNegatives / Math.max(1, reads.bloomChecks)}
      />
      <p className="storage-note meter-words">
        <span>wrongly said maybe</span>
        <span className="mono">
          {groupDigits(reads.bloomFalsePositives)} · {percent(reads.bloomFalsePositives, absent)}
        </span>
      </p>
      <Meter
        name="Block cache hits"
        value={`${groupDigits(cache.hits)} of ${groupDigits(blocks)}`}
        share={cache.hits / Math.max(1, blocks)}
      />
      <Meter
        name="Cache"
        value={`${showSize(cache.bytes)} of ${showSize(cache.bytesMax)}`}
        share={cache.bytes / Math.max(1, cache.bytesMax)}
        tone="dim"
      />
    </section>
  );
}

function Figure({ value, name }: { readonly value: string; readonly name: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
