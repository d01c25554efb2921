import type { Micros, NodeId } from '../../../core/base/ids.ts';
import type { ObserverView } from '../../store/membership-view.ts';

/** A node hears for the first time of a heartbeat, or begins it. */
export interface RumourPoint {
  readonly node: NodeId;
  readonly timeUs: Micros;
  readonly version: number;
  /** Where the word came from: who told it, and when that one had come to know it. Undefined: it began here, or that is not known any more. */
  readonly from: { readonly node: NodeId; readonly timeUs: Micros } | undefined;
}

export interface Rumour {
  /** In the order of time; the newest heartbeat's among them. */
  readonly points: readonly RumourPoint[];
  /** The newest heartbeat; undefined: none was told of. */
  readonly newest: NewestHeartbeat | undefined;
}

export interface NewestHeartbeat {
  readonly incarnation: number;
  readonly version: number;
  /** When it began; undefined: not observed. */
  readonly bornUs: Micros | undefined;
  /** All who know it, the node itself not among them. */
  readonly known: readonly NodeId[];
}

type Views = ReadonlyMap<NodeId, ObserverView>;

/** How heartbeats of `subject` came to all others of `nodes` since `fromUs`: who knew each of them when, and by whom. */
export function rumourOf(all: Views, nodes: readonly NodeId[], subject: NodeId, fromUs: Micros): Rumour {
  const views: Views = new Map([...all].filter(([node]) => nodes.includes(node)));
  const incarnation = newestIncarnation(views, subject);
  const points: RumourPoint[] = [];
  let newest = 0;
  for (const { timeUs, version, incarnation: life } of views.get(subject)?.beats ?? []) {
    if (life !== incarnation) continue;
    newest = Math.max(newest, version);
    if (timeUs >= fromUs) points.push({ node: subject, timeUs, version, from: undefined });
  }
  for (const [node, { subjects }] of views) {
    for (const { timeUs, version, incarnation: life, from } of subjects.get(subject)?.arrivals ?? []) {
      if (life !== incarnation || from === 0) continue;
      newest = Math.max(newest, version);
      if (timeUs < fromUs) continue;
      const knewUs = knewAt(views, subject, from, incarnation, version);
      points.push({ node, timeUs, version, from: knewUs === undefined ? undefined : { node: from, timeUs: knewUs } });
    }
  }
  points.sort((a, b) => a.timeUs - b.timeUs);
  if (newest === 0) return { points, newest: undefined };
  const known = [...views].flatMap(([node, { subjects }]) => {
    const last = subjects.get(subject)?.arrivals.at(-1);
    return last?.incarnation === incarnation && last.version === newest ? [node] : [];
  });
  const bornUs = knewAt(views, subject, subject, incarnation, newest);
  return { points, newest: { incarnation, version: newest, bornUs, known } };
}

function newestIncarnation(views: Views, subject: NodeId): number {
  let newest = views.get(subject)?.beats.at(-1)?.incarnation ?? 0;
  for (const { subjects } of views.values())
    newest = Math.max(newest, subjects.get(subject)?.arrivals.at(-1)?.incarnation ?? 0);
  return newest;
}

/** When a node came to know just this heartbeat. */
function knewAt(views: Views, subject: NodeId, node: NodeId, incarnation: number, version: number): Micros | undefined {
  const view = views.get(node);
  const heard = node === subject ? view?.beats : view?.subjects.get(subject)?.arrivals;
  return heard?.find((each) => each.incarnation === incarnation && each.version === version)?.timeUs;
}
