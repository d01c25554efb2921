import type { Micros } from '../base/ids.ts';
import type { LsmEngine } from '../lsm/lsm-engine.ts';
import type { EventLog } from './event-log.ts';

/** What may be applied, while applying is delayed, for each table write that became durable: so it goes at the disk's own pace. */
const DELAYED_BYTES_PER_WRITE = 16 * 1024;
/** An entry costs more than its command: session row, summary row. */
const ENTRY_BYTES = 128;

/**
 * Holds applying back when writes come faster than flush and compaction take them away. It only ever does so while one of them is under
 * way: that ends without anything being applied, so that nobody waits for ever.
 */
export class ApplyGate {
  stalledUs: Micros = 0;
  /** A replica is to be installed as soon as the MemTable is empty: nothing goes into it until then. */
  isHeld = false;
  private readonly engine: LsmEngine;
  private readonly events: EventLog;
  private kind: 'none' | 'delayed' | 'stopped' = 'none';
  private credit = 0;
  private sinceUs: Micros = 0;

  constructor(engine: LsmEngine, events: EventLog) {
    this.engine = engine;
    this.events = events;
  }

  get isStopped(): boolean {
    return this.kind === 'stopped';
  }

  /** Whether an entry of so many bytes may be applied now; if so it is counted. */
  admits(commandBytes: number): boolean {
    if (this.isHeld) return false;
    if (this.kind === 'none') return true;
    if (this.kind === 'stopped' || this.credit <= 0) return false;
    this.credit -= commandBytes + ENTRY_BYTES;
    return true;
  }

  /** A slice of a table is durable. */
  tableWritten(): void {
    this.credit = DELAYED_BYTES_PER_WRITE;
  }

  /** @param working a flush or a compaction is under way */
  update(working: boolean, nowUs: Micros): void {
    const { engine, events, kind } = this;
    const stall = working ? engine.stall : undefined;
    this.kind = stall?.kind ?? 'none';
    if (this.kind === kind) return;
    if (kind === 'none') this.sinceUs = nowUs;
    if (stall === undefined) {
      const stalledUs = nowUs - this.sinceUs;
      this.stalledUs += stalledUs;
      events.push({ type: 'WriteResumed', stalledUs });
      return;
    }
    if (stall.kind === 'delayed') engine.statistics.delays++;
    else engine.statistics.stops++;
    const tables = engine.version.levels[0]?.length ?? 0;
    events.push({ type: 'WriteStalled', ...stall, tables, memTableBytes: engine.memTableBytes });
  }
}
