import type { Micros, NodeId, ShardId } from '../../base/ids.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import type { Sentence } from './circumstances.ts';

/** Undefined: the event is no node's end. */
export function deathOf(event: TraceEvent): { readonly node: NodeId; readonly sentence: Sentence } | undefined {
  const { timeUs } = event;
  if (event.type === 'NodeKilled')
    return { node: event.node, sentence: { timeUs, text: `${nodeName(event.node)} was killed` } };
  if (event.type !== 'NodeCrashed') return undefined;
  return { node: event.node, sentence: { timeUs, text: `${nodeName(event.node)} crashed: ${event.reason}` } };
}

/** Why a node takes no part. */
export interface Absence extends Sentence {
  readonly kind: 'down' | 'starting' | 'frozen' | 'blank';
}

/**
 * The nodes that took no part at a moment, each with why. One that is frozen may have been starting: it is told as frozen.
 * @param shard a node whose disk was wiped takes no part in it until it is given another replica; undefined: in anything at all
 */
export function absentAt(
  events: readonly TraceEvent[],
  untilUs: Micros,
  shard?: ShardId,
): ReadonlyMap<NodeId, Absence> {
  const blank = new Set<NodeId>();
  const absent = new Map<NodeId, Absence>();
  const frozen = new Map<NodeId, Absence>();
  for (const event of events) {
    const { timeUs } = event;
    if (timeUs > untilUs) break;
    const death = deathOf(event);
    if (death !== undefined) {
      frozen.delete(death.node);
      absent.set(death.node, { ...death.sentence, kind: 'down' });
    }
    switch (event.type) {
      case 'ActionTaken':
        if (event.action.type === 'Revive')
          absent.set(event.action.node, {
            timeUs,
            text: `${nodeName(event.action.node)} was revived`,
            kind: 'starting',
          });
        if (event.action.type === 'Reload') frozen.clear();
        break;
      case 'NodeStarted':
        absent.set(event.node, {
          timeUs,
          text: `${nodeName(event.node)} started, and read its disk`,
          kind: 'starting',
        });
        break;
      case 'NodeRecovered':
        absent.delete(event.node);
        if (!blank.has(event.node)) break;
        absent.set(event.node, {
          timeUs,
          text: `${nodeName(event.node)} came back blank: its disk was wiped, so that it neither votes nor acknowledges`,
          kind: 'blank',
        });
        break;
      case 'DiskWiped':
        if (shard !== undefined) blank.add(event.node);
        break;
      case 'ReplicaCreated':
        if (event.shard !== shard) break;
        blank.delete(event.node);
        if (absent.get(event.node)?.kind === 'blank') absent.delete(event.node);
        break;
      case 'NodeFrozen':
        frozen.set(event.node, { timeUs, text: `${nodeName(event.node)} was frozen`, kind: 'frozen' });
        break;
      case 'NodeThawed':
        frozen.delete(event.node);
        break;
      default:
    }
  }
  return new Map([...absent, ...frozen]);
}

/** What brings them back; empty: they come by themselves. */
export function remedyOf(absences: readonly Absence[]): string {
  const has = (kind: Absence['kind']): boolean => absences.some((absence) => absence.kind === kind);
  if (absences.length > 0 && absences.every(({ kind }) => kind === 'blank'))
    return '. Only RESET brings replicas back whose disks were wiped';
  const revive = has('down') ? '. REVIVE brings a node back' : '';
  return has('frozen') ? `${revive}. THAW has a frozen one go on` : revive;
}
