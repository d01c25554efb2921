import type { OperationResult, Outcome } from '../core/client/operation.ts';
import type { CrashFault } from '../core/cluster/disk-fault.ts';
import { bridgesOf } from '../core/cluster/partition-groups.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { isJoint } from '../core/raft/configuration.ts';
import { isSpike } from './draw-network-faults.ts';
import type { Traffic } from './network-model.ts';

type Type = TraceEvent['type'];
type Of<T extends Type> = Extract<TraceEvent, { readonly type: T }>;

/** How often a report of this type tells of it. */
interface Kind {
  readonly type: Type;
  readonly times: (event: TraceEvent) => number;
}

const on = <T extends Type>(type: T, times: (event: Of<T>) => number | boolean = () => 1): Kind => ({
  type,
  times: (event) => Number(times(event as Of<T>)),
});

const crashOf = (fault: CrashFault): Kind => on('NodeCrashed', (event) => event.fault === fault);

const isResult = (outcome: Outcome, type: OperationResult['type']): boolean =>
  outcome.status === 'ok' && outcome.result.type === type;

/** Only the world counts these: `add`. */
const TOLD_BY_THE_WORLD = undefined;

/** What must happen in a run for it to prove much: a line each. */
const KINDS = {
  elections: on('RoleChanged', ({ role }) => role === 'leader'),
  'pre-votes rejected': on('VoteReceived', ({ preVote, granted }) => preVote && !granted),
  redirects: on('ReplyReceived', ({ answer, leader }) => answer === 'NotLeader' && leader > 0),
  'kills with a write pending': on('NodeKilled', ({ pending }) => pending > 0),
  'torn records': on('NodeKilled', ({ torn }) => torn),
  'messages lost to a cut': TOLD_BY_THE_WORLD,
  'messages duplicated': TOLD_BY_THE_WORLD,
  'deliveries reordered': TOLD_BY_THE_WORLD,
  'delay spikes': on('ActionTaken', ({ action }) => isSpike(action)),
  'one-way cuts': on('ActionTaken', ({ action }) => action.type === 'Cut' && !action.bothWays),
  'bridge partitions': on(
    'ActionTaken',
    ({ action }) => action.type === 'Partition' && bridgesOf(action.groups).length > 0,
  ),
  'nodes frozen': on('NodeFrozen'),
  'leaders frozen': on('NodeFrozen', ({ leads }) => leads),
  'nodes thawed': on('NodeThawed'),
  'messages that waited for a thaw': on('NodeThawed', ({ waited }) => waited),
  'nodes suspected': on('NodeSuspected'),
  'suspicions cleared': on('NodeUnsuspected'),
  'clocks changed': on('ClockChanged'),
  'MemTables closed': on('MemTableClosed'),
  'SSTables published': on('SSTablePublished'),
  compactions: on('CompactionFinished'),
  'entries dropped by compactions': on('CompactionFinished', ({ dropped }) => dropped),
  'tables moved': on('TableMoved'),
  'write stalls': on('WriteStalled'),
  'logs compacted': on('LogCompacted'),
  'logs trimmed': on('LogTrimmed'),
  'snapshots installed': on('SnapshotInstalled'),
  truncations: on('EntriesAppended', ({ truncatedFrom }) => truncatedFrom > 0),
  'session duplicates': on('EntryApplied', ({ duplicate }) => duplicate),
  'writes refused, queue full': on('RequestAnswered', ({ queue }) => queue !== undefined && queue !== 'reads'),
  'reads refused, queue full': on('RequestAnswered', ({ queue }) => queue === 'reads'),
  'appends held off': on('AppendHeldOff'),
  'batches applied': on('OperationCompleted', ({ outcome }) => isResult(outcome, 'Batched')),
  'batches refused by a condition': on('OperationCompleted', ({ outcome }) => isResult(outcome, 'BatchRefused')),
  'batches seen by scans': TOLD_BY_THE_WORLD,
  'roots compared': TOLD_BY_THE_WORLD,
  'sessions expired, idle': on('SessionsExpired', ({ idle }) => idle),
  'sessions expired, too many': on('SessionsExpired', ({ crowdedOut }) => crowdedOut),
  'writes in expired sessions refused': on('RequestAnswered', ({ outcome }) => outcome === 'SessionExpired'),
  'retries in expired sessions refused': on(
    'OperationCompleted',
    ({ outcome }) => outcome.status === 'unknown' && outcome.reason === 'session expired',
  ),
  'values expired': on('KeysExpired', ({ count }) => count),
  'recoveries from a log': on('NodeRecovered', ({ logRecords }) => logRecords > 0),
  'torn tails recovered': on('NodeRecovered', ({ tornBytes }) => tornBytes > 0),
  'slow disks': on('DiskChanged', ({ slowdown }) => slowdown > 1),
  'full disks met': crashOf('disk full'),
  'writes failed': crashOf('write failed'),
  'corruptions found': crashOf('corrupt'),
  'corrupt blocks found': on('BlockCorrupt'),
  'replicas quarantined': on('ReplicaDamaged'),
  'replicas repaired': on('ReplicaRebuilt'),
  'scrubs completed': on('ScrubCompleted'),
  'leaderships handed over': on(
    'RoleChanged',
    ({ role, reason }) => role === 'candidate' && reason === 'leadership transfer',
  ),
  'transfers given up': on('TransferAborted'),
  'joint configurations entered': on(
    'ConfigurationChanged',
    ({ configuration, rolledBack }) => isJoint(configuration) && !rolledBack,
  ),
  'joint configurations left': on(
    'ConfigurationChanged',
    ({ configuration, rolledBack }) => !isJoint(configuration) && !rolledBack,
  ),
  'configurations rolled back': on('ConfigurationChanged', ({ rolledBack }) => rolledBack),
  'leaders demoted': on('RoleChanged', ({ reason }) => reason === 'left the configuration'),
  'reads by lease': on('LeaseConfirmed'),
  'reads by ReadIndex': on('ReadIndexConfirmed'),
  'reads hedged': on('ReadHedged'),
  'reads served by followers': on('ReadIndexStarted', ({ asks }) => asks !== undefined),
  'crashes before commit': crashOf('before commit'),
  'crashes mid commit': crashOf('mid commit'),
  'crashes after commit': crashOf('after commit'),
  'crashes mid flush': crashOf('mid flush'),
  'crashes mid compaction': crashOf('mid compaction'),
  'crashes mid recovery': crashOf('mid recovery'),
} as const satisfies Readonly<Record<string, Kind | undefined>>;

export type RareThing = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as RareThing[];

/** How often the things happened without which a run proves little, over any number of runs. */
export class Coverage {
  private readonly times = new Map<RareThing, number>(NAMES.map((name) => [name, 0]));
  private readonly byType = new Map<Type, [RareThing, Kind['times']][]>();

  constructor() {
    for (const name of NAMES) {
      const kind: Kind | undefined = KINDS[name];
      if (kind === undefined) continue;
      const ofType = this.byType.get(kind.type);
      if (ofType === undefined) this.byType.set(kind.type, [[name, kind.times]]);
      else ofType.push([name, kind.times]);
    }
  }

  observe(event: TraceEvent): void {
    for (const [name, times] of this.byType.get(event.type) ?? []) this.add(name, times(event));
  }

  /** For what only the world counts: messages are reported one by one only where they are shown. */
  add(thing: RareThing, times = 1): void {
    this.times.set(thing, this.count(thing) + times);
  }

  count(thing: RareThing): number {
    return this.times.get(thing) ?? 0;
  }

  counts(): readonly [RareThing, number][] {
    return [...this.times];
  }

  addTraffic({ cut, duplicated, reordered }: Traffic): void {
    this.add('messages lost to a cut', cut);
    this.add('messages duplicated', duplicated);
    this.add('deliveries reordered', reordered);
  }

  /** What never happened. */
  missing(): readonly RareThing[] {
    return NAMES.filter((name) => this.count(name) === 0);
  }

  /** One line. */
  toString(): string {
    return NAMES.map((name) => `${this.count(name)} ${name}`).join(', ');
  }
}
