import type { NodeId } from '../../core/base/ids.ts';

/** What the conductor's worker is called; every other worker is a node. */
export const CONDUCTOR_WORKER_NAME = 'ringside conductor';

/** Every name that this origin shares with other tabs: databases, storage buckets and Web Locks. A run's id keeps them apart. */
export const RUNS_DATABASE = 'ringside/runs';
export const PROBE_DATABASE = 'ringside/probe-disk';
export const PROBE_BUCKET = 'ringside-probe';
export const PROBE_BUCKET_LOCK = 'ringside:probe-bucket';
export const nodeDatabase = (runId: string, node: NodeId): string => `ringside/${runId}/n${node}`;
/** Bucket names know small letters, digits and hyphens. */
export const nodeBucket = (runId: string, node: NodeId): string => `ringside-${runId}-n${node}`;
export const runLock = (runId: string): string => `ringside:${runId}`;
export const nodeLock = (runId: string, node: NodeId): string => `ringside:${runId}:n${node}`;
