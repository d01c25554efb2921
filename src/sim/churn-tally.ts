import type { TraceEvent } from '../core/cluster/trace-event.ts';

/** What a run with churn had of it, in the order in which it is told. */
export interface ChurnCounts {
  'nodes joined': number;
  'nodes left': number;
  'nodes given up as down': number;
  'disks wiped': number;
  'moves finished': number;
  'moves rolled back': number;
}

const NOTHING: ChurnCounts = {
  'nodes joined': 0,
  'nodes left': 0,
  'nodes given up as down': 0,
  'disks wiped': 0,
  'moves finished': 0,
  'moves rolled back': 0,
};

/** How often nodes and replicas came and went: a run in which nothing moved proves nothing of moves. */
export class ChurnTally {
  readonly counts: ChurnCounts = { ...NOTHING };

  observe(event: TraceEvent): void {
    const { counts } = this;
    if ('isEarlier' in event) return;
    switch (event.type) {
      case 'NodeStateChanged':
        if (event.from === event.to) return;
        if (event.to === 'joining') counts['nodes joined']++;
        else if (event.to === 'left') counts['nodes left']++;
        else if (event.to === 'down') counts['nodes given up as down']++;
        return;
      case 'DiskWiped':
        counts['disks wiped']++;
        return;
      case 'MoveEnded':
        counts[event.outcome === 'finished' ? 'moves finished' : 'moves rolled back']++;
        return;
    }
  }
}

export function sumChurn(all: readonly ChurnCounts[]): ChurnCounts {
  const sum = { ...NOTHING };
  for (const counts of all) for (const name of Object.keys(sum) as (keyof ChurnCounts)[]) sum[name] += counts[name];
  return sum;
}

/** One line; undefined: nothing of the kind happened. */
export function churnText(counts: ChurnCounts): string | undefined {
  const told = Object.entries(counts) as [string, number][];
  return told.every(([, times]) => times === 0)
    ? undefined
    : told.map(([name, times]) => `${times} ${name}`).join(', ');
}
