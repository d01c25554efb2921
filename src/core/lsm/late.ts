import { Compactor } from './compactor.ts';
import { DropReplicasJob } from './drop-replicas-job.ts';
import { FlushJob } from './flush-job.ts';
import { InstallJob } from './install-job.ts';
import { openTable } from './open-table.ts';
import { reportEngine } from './report-engine.ts';
import { Scrub } from './scrub.ts';

/** What an engine needs from its first table on, or when somebody looks into it: see late-lsm.ts. */
export const LATE_LSM = { Compactor, DropReplicasJob, FlushJob, InstallJob, Scrub, openTable, reportEngine };
