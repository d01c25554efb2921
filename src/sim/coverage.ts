import type { CrashFault } from '../core/cluster/disk-fault.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';

const RARE = [
  'elections',
  'kills with a write pending',
  'torn records',
  'messages lost to a cut',
  'MemTables closed',
  'SSTables published',
  'compactions',
  'entries dropped by compactions',
  'tables moved',
  'write stalls',
  'truncations',
  'session duplicates',
  'values expired',
  'recoveries from a log',
  'torn tails recovered',
  'slow disks',
  'full disks met',
  'writes failed',
  'corruptions found',
  'crash points reached',
  'leaderships handed over',
  'transfers given up',
  'reads by lease',
  'reads by ReadIndex',
] as const;

export type RareThing = (typeof RARE)[number];

const OF_FAULT: Readonly<Record<CrashFault, RareThing>> = {
  'disk full': 'full disks met',
  'write failed': 'writes failed',
  corrupt: 'corruptions found',
  'crash point': 'crash points reached',
};

/** How often the things happened without which a run proves little, over any number of runs. */
export class Coverage {
  private readonly times = new Map<RareThing, number>(RARE.map((thing) => [thing, 0]));

  observe(event: TraceEvent): void {
    switch (event.type) {
      case 'RoleChanged':
        if (event.role === 'leader') this.add('elections');
        else if (event.role === 'candidate' && event.reason === 'leadership transfer')
          this.add('leaderships handed over');
        return;
      case 'TransferAborted':
        this.add('transfers given up');
        return;
      case 'LeaseConfirmed':
        this.add('reads by lease');
        return;
      case 'ReadIndexConfirmed':
        this.add('reads by ReadIndex');
        return;
      case 'NodeKilled':
        if (event.pending > 0) this.add('kills with a write pending');
        if (event.torn) this.add('torn records');
        return;
      case 'NodeCrashed':
        if (event.fault !== undefined) this.add(OF_FAULT[event.fault]);
        return;
      case 'DiskChanged':
        if (event.slowdown > 1) this.add('slow disks');
        return;
      case 'MemTableClosed':
        this.add('MemTables closed');
        return;
      case 'SSTablePublished':
        this.add('SSTables published');
        return;
      case 'CompactionFinished':
        this.add('compactions');
        this.add('entries dropped by compactions', event.dropped);
        return;
      case 'TableMoved':
        this.add('tables moved');
        return;
      case 'WriteStalled':
        this.add('write stalls');
        return;
      case 'EntriesAppended':
        if (event.truncatedFrom > 0) this.add('truncations');
        return;
      case 'EntryApplied':
        if (event.duplicate) this.add('session duplicates');
        return;
      case 'KeysExpired':
        this.add('values expired', event.count);
        return;
      case 'NodeRecovered':
        if (event.logRecords > 0) this.add('recoveries from a log');
        if (event.tornBytes > 0) this.add('torn tails recovered');
        return;
    }
  }

  /** For what only the world counts: messages are reported one by one only where they are shown. */
  add(thing: RareThing, times = 1): void {
    this.times.set(thing, this.count(thing) + times);
  }

  count(thing: RareThing): number {
    return this.times.get(thing) ?? 0;
  }

  /** What never happened. */
  missing(): readonly RareThing[] {
    return RARE.filter((thing) => this.count(thing) === 0);
  }

  /** One line. */
  toString(): string {
    return [...this.times].map(([thing, times]) => `${times} ${thing}`).join(', ');
  }
}
