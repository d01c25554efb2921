import { formatCommand } from '../../console/format-command.ts';
import type { ActorId } from '../../core/base/ids.ts';
import type { ViewModel } from '../store/view-model.ts';

/** One direction of a link: its ends by name, and what a person has done to it. */
export interface LinkWay {
  readonly from: string;
  readonly to: string;
  readonly cut: boolean;
  /** It has settings of its own. */
  readonly set: boolean;
}

/** A button for one command on a link. */
export interface LinkAct {
  readonly line: string;
  readonly text: string;
  readonly heals: boolean;
}

/**
 * What can be done to a link, as three buttons that stay where they are whatever they do next: its first way, its second way, both. A way that
 * is cut can be healed; both are healed as soon as anything was done to either.
 */
export function linkActs([out, back]: readonly [LinkWay, LinkWay]): readonly LinkAct[] {
  const act = (heals: boolean, link: string, what: string): LinkAct => ({
    line: formatCommand(heals ? 'HEAL' : 'CUT', [link]),
    text: `${heals ? 'Heal' : 'Cut'} ${what}`,
    heals,
  });
  const changed = [out, back].some(({ cut, set }) => cut || set);
  return [
    ...[out, back].map(({ from, to, cut }) => act(cut, `${from}>${to}`, `${from} → ${to}`)),
    act(changed, `${out.from}-${out.to}`, 'both ways'),
  ];
}

/** Both directions of the link between two actors, that from the first end first. */
export function linkWays(
  { cuts, links }: Pick<ViewModel, 'cuts' | 'links'>,
  nameOf: (actor: ActorId) => string,
  a: ActorId,
  b: ActorId,
): readonly [LinkWay, LinkWay] {
  const way = (from: ActorId, to: ActorId): LinkWay => ({
    from: nameOf(from),
    to: nameOf(to),
    cut: cuts.has(`${from}>${to}`),
    set: links.has(`${from}>${to}`),
  });
  return [way(a, b), way(b, a)];
}
