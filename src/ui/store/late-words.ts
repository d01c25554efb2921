import type { ActorId } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';

/** No run begins with these (`isRare`): whatever comes of them alone is fetched with the first. Whatever `tellRare` has words for is among them: its parameter says so. */
const RARE = [
  'ActionTaken',
  'BlockCorrupt',
  'CheckCompleted',
  'CheckStarted',
  'ClockChanged',
  'ClockRefused',
  'CompactionFinished',
  'ConfigurationChanged',
  'CopyCompared',
  'DiskDamaged',
  'EventualCopyCompleted',
  'EventualLossAccepted',
  'EventualRowsBegunAnew',
  'EventualRowsLeft',
  'EventualRowsLost',
  'DiskWiped',
  'EntriesAppended',
  'FallbackAsked',
  'HintDelivered',
  'HintMoved',
  'HintStored',
  'HintsSent',
  'InvariantViolated',
  'KeysExpired',
  'LogTrimmed',
  'MerkleTreeBuilt',
  'MerkleWalked',
  'MessageDropped',
  'MetaRefused',
  'MoveEnded',
  'MoveStageChanged',
  'NodeAdded',
  'NodeCrashed',
  'NodeFrozen',
  'NodeKilled',
  'NodeStateChanged',
  'NodeSuspected',
  'NodeThawed',
  'NodeUnsuspected',
  'PurgeLimitRaised',
  'PurgeRoundEnded',
  'PurgeRoundStarted',
  'ReadFellBack',
  'ReadRepaired',
  'ReplicaCreated',
  'RepairAbandoned',
  'RepairStarted',
  'ReplicaDropped',
  'ReplicaDamaged',
  'ReplicaQuarantined',
  'ReplicaRebuilt',
  'ReplicaRecovered',
  'ReplicaRepaired',
  'ReplicasDiffered',
  'RingChanged',
  'RowApplied',
  'RowDamaged',
  'RowRefused',
  'RowsReplaced',
  'SSTablePublished',
  'ScrubCompleted',
  'SnapshotInstalled',
  'SnapshotRefused',
  'SnapshotStarted',
  'StateRestored',
  'SyncCompared',
  'SyncEnded',
  'SyncExchanged',
  'SyncStarted',
  'TableMoved',
  'TransferAborted',
  'TransferStarted',
  'WriteResumed',
  'WriteStalled',
] as const satisfies readonly TraceEvent['type'][];

export type RareEvent = Extract<TraceEvent, { readonly type: (typeof RARE)[number] }>;

const types: ReadonlySet<string> = new Set(RARE);

/** Operations are told by their own events, and to append, or to recover what is sound, is no news. */
export const isRare = (event: TraceEvent): event is RareEvent =>
  types.has(event.type) &&
  !(event.type === 'ActionTaken' && event.action.type === 'Operate') &&
  !(event.type === 'EntriesAppended' && event.truncatedFrom === 0) &&
  !(event.type === 'ReplicaRecovered' && event.isQuarantined === undefined && event.isDamaged === undefined);

/** The words once they are here; code that is here stays. */
let tell: ((draft: Draft, event: RareEvent) => void) | undefined;
let coming: Promise<void> | undefined;

/** Kept when it settles. Where the code cannot be had one line stands for all that have none. */
export function loadRareWords(): Promise<void> {
  coming ??= import('./rare-words.ts').then(
    ({ tellRare }) => {
      tell = tellRare;
    },
    () => {
      tell = tellMissing;
    },
  );
  return coming;
}

const tellMissing = (draft: Draft): void =>
  draft.tell({
    actor: 0 as ActorId,
    shard: undefined,
    text: 'Lines are missing here',
    repeat: 'missing',
    why: 'their words could not be fetched: reload the page',
    tone: 'bad',
    topic: 'fault',
  });

/** Settles when these events can be reduced; undefined: at once. */
export const wordsFor = (events: readonly TraceEvent[]): Promise<void> | undefined =>
  tell === undefined && events.some(isRare) ? loadRareWords() : undefined;

/** Whoever reduces waits for `wordsFor` first. */
export const tellLate = (draft: Draft, event: RareEvent): void => tell?.(draft, event);
