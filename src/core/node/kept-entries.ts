import { must } from '../base/assert.ts';
import type { LogIndex } from '../base/ids.ts';
import type { RaftGroup } from '../raft/raft-group.ts';
import { LOG_KEPT_BYTES_MAX, LOG_KEPT_FOR_SNAPSHOTS_BYTES_MAX } from './config.ts';

/** How far a replica is, each by the last index of it. */
interface Covered {
  readonly appliedIndex: LogIndex;
  /** What the tables cover: until then the log is what it is replayed from. */
  readonly flushedIndex: LogIndex;
  /** Where the snapshots end that are on their way to followers. */
  readonly snapshotIndex: LogIndex;
}

/** Up to which index a replica's log may be forgotten: what the tables cover, but for what followers that lag are sent in the ordinary way. */
export function needlessIndex(raft: RaftGroup, covered: Covered, entriesKept: number): LogIndex {
  const { appliedIndex, flushedIndex, snapshotIndex } = covered;
  const index = Math.min(flushedIndex, behindKept(raft, appliedIndex, entriesKept));
  const keeps = snapshotIndex < index && bytesBetween(raft, snapshotIndex, index) <= LOG_KEPT_FOR_SNAPSHOTS_BYTES_MAX;
  return keeps ? snapshotIndex : index;
}

/** What is applied but for the last entries: so many, and so many bytes. */
function behindKept(raft: RaftGroup, appliedIndex: LogIndex, entriesKept: number): LogIndex {
  const first = Math.max(raft.base.index, appliedIndex - entriesKept);
  let index = appliedIndex;
  let bytes = 0;
  while (index > first && bytes <= LOG_KEPT_BYTES_MAX) {
    bytes += must(raft.entry(index), 'what is behind the base is in the log').command.length;
    index--;
  }
  return index;
}

/** Of the commands behind the first index, up to and including the second; those that the log still holds. */
function bytesBetween(raft: RaftGroup, from: LogIndex, to: LogIndex): number {
  let bytes = 0;
  for (let index = from + 1; index <= to; index++) bytes += raft.entry(index)?.command.length ?? 0;
  return bytes;
}
