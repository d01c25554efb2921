import { createHeader } from '../core/cluster/presets.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { drawConfig } from './drawn-limits.ts';
import { type RunReport, runInProcess } from './run.ts';
import { drawSchedule, type ScheduleOptions } from './schedule.ts';

const SHARDS = 8;

/** The run of a drawn schedule with drawn limits, run here, and what came of it: what every other place that replays it must find again. */
export function drawRun(
  schedule: ScheduleOptions,
  observe?: (event: TraceEvent) => void,
): { readonly run: SavedRun; readonly report: RunReport } {
  const { seed, nodes, durationUs } = schedule;
  const header = createHeader(`drawn-${seed}`, seed, drawConfig(seed, nodes, SHARDS));
  const actions = drawSchedule({ shards: SHARDS, network: header.config.network, ...schedule });
  const report = runInProcess(header, actions, durationUs, observe === undefined ? {} : { observe });
  return { run: { format: 'ringside-run', header, actions, endUs: durationUs, digest: report.digest }, report };
}
