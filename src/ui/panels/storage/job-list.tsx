import { memo } from 'react';
import { plural, showSize } from '../../../console/show.ts';
import type { CompactionStyle } from '../../../core/lsm/compaction-style.ts';
import { formatSeconds } from '../../format.ts';
import type { StallView, StorageJob } from '../../store/view-model.ts';
import { Meter } from './meter.tsx';
import { groupDigits, jobProgress, jobTitle, jobWhy, STYLE_WORDS, stallWords } from './storage-words.ts';

const SHOWN = 4;

interface Props {
  readonly jobs: readonly StorageJob[];
  readonly stall: StallView | undefined;
  readonly style: CompactionStyle;
}

/** Flushes and compactions: what runs, and the last ones, each with its reason. */
export const JobList = memo(function JobList({ jobs, stall, style }: Props) {
  const shown = jobs.slice(-SHOWN).reverse();
  return (
    <section className="storage-card storage-jobs" aria-label="Flushes and compactions">
      <h3>Flush and compaction</h3>
      <p className="storage-note">{STYLE_WORDS[style]}</p>
      {stall === undefined ? null : <p className="storage-stall">{stallWords(stall)}</p>}
      {shown.length === 0 ? (
        <p className="storage-note">
          None yet since the node started. A full MemTable is flushed to L0; when L0 has enough tables they are merged.
        </p>
      ) : (
        <ol className="jobs">
          {shown.map((job) => (
            <Job key={`${job.kind} ${job.startedUs} ${job.job}`} job={job} />
          ))}
        </ol>
      )}
    </section>
  );
});

function Job({ job }: { readonly job: StorageJob }) {
  const why = jobWhy(job);
  const running = job.endedUs === undefined;
  return (
    <li className={running ? 'job job-running' : 'job'}>
      <p className="job-head">
        <b>{jobTitle(job)}</b>
        <span className={running ? 'warn' : 'dim'}>{running ? 'running' : `✓ ${formatSeconds(job.endedUs ?? 0)}`}</span>
      </p>
      {why === '' ? null : <p className="storage-note">Because {why}.</p>}
      {running && job.kind === 'compaction' ? (
        <Meter
          name={`from ${tableNames(job.inputs)}`}
          value={`${showSize(job.bytesRead)} of ${showSize(job.bytes)}`}
          share={jobProgress(job) ?? 0}
          tone="warn"
        />
      ) : null}
      {running || job.kind === 'move' ? null : <p className="storage-note">{resultText(job)}</p>}
    </li>
  );
}

function resultText({ kind, inputs, outputs, bytes, bytesWritten, dropped }: StorageJob): string {
  if (kind === 'flush')
    return `${showSize(bytes)} of memory became table ${tableNames(outputs)}, ${showSize(bytesWritten)}.`;
  const into = outputs.length === 0 ? 'nothing' : `${tableNames(outputs)}, ${showSize(bytesWritten)}`;
  const old = dropped === 0 ? 'nothing was dropped' : `${plural(dropped, 'old version')} dropped`;
  return `${tableNames(inputs)}, ${showSize(bytes)}, became ${into}; ${old}.`;
}

/** `41–44, 47`. */
export function tableNames(tables: readonly { readonly fileNumber: number }[]): string {
  const numbers = tables.map(({ fileNumber }) => fileNumber).sort((a, b) => a - b);
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? groupDigits(first) : `${first}–${last}`)).join(', ');
}
