import type { TraceEvent } from '../../core/cluster/trace-event.ts';

/** Reports of progress: of those in one batch only the last of each kind, node, shard and follower says something. */
const PROGRESS: ReadonlySet<TraceEvent['type']> = new Set([
  'EntriesPersisted',
  'CommitAdvanced',
  'EntryApplied',
  'FollowerProgressed',
  'DeadlineSet',
  'LeaseSet',
]);

/** Single acts of a node or client that leave no state behind. */
const PASSING: ReadonlySet<TraceEvent['type']> = new Set([
  'LogSyncStarted',
  'LogSynced',
  'KeyHashed',
  'WriteQueued',
  'RequestSent',
  'ReplyReceived',
  'RequestGivenUp',
  'ClientRested',
  'PlacementOutdated',
  'SnapshotPaced',
  'ReadHedged',
  'QuorumHeard',
  'ReadFellBack',
  'AppliedAsked',
  'PlacementAsked',
  'PlacementLearned',
  'RequestReceived',
  'RequestProposed',
  'ReadIndexStarted',
  'ReadIndexConfirmed',
  'LeaseConfirmed',
  'ReadHeld',
  'ReadServed',
  'ValueLookedUp',
  'RequestAnswered',
  'BlockRead',
  'ReconfigurationRefused',
  'LateMessageRejected',
  // Told before full speed began: what becomes of them nobody tells.
  'MessageSent',
  'MessageDelivered',
  'MessageDropped',
  'MessageDelayed',
  'GossipSent',
]);

/**
 * What the page needs of a batch at full speed, when nobody can follow single acts: everything that changes state, in order, progress only as
 * far as it has come. What the screen shows afterwards is the same. The batch begins by saying that it is thin.
 */
export function thinTrace(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const told = new Set<string>();
  const kept: TraceEvent[] = [];
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i] as TraceEvent;
    if (PASSING.has(event.type)) continue;
    if (PROGRESS.has(event.type) && 'shard' in event && 'node' in event) {
      const follower = event.type === 'FollowerProgressed' ? event.follower : 0;
      const key = `${event.type} ${event.node} ${event.shard} ${follower}`;
      if (told.has(key)) continue;
      told.add(key);
    } else if ('shard' in event && 'node' in event) {
      // A truncation or a change of role stands between two reports of progress: both count.
      for (const type of PROGRESS) told.delete(`${type} ${event.node} ${event.shard} 0`);
    }
    kept.push(event);
  }
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return [];
  kept.push({ type: 'DetailsOmitted', timeUs: first.timeUs, untilUs: last.timeUs });
  return kept.reverse();
}
