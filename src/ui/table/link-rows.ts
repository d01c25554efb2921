import type { ActorId } from '../../core/base/ids.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import { type LinkWay, linkWays } from '../stage/link-acts.ts';
import { linkSettings } from '../stage/link-settings.ts';
import { linkState } from '../stage/link-words.ts';
import type { ViewModel } from '../store/view-model.ts';

export interface LinkRow {
  /** `n1 – n2`. */
  readonly name: string;
  readonly cut: boolean;
  /** `whole`, or which ways are cut. */
  readonly state: string;
  /** Delay, loss and the like: one line, or one for each way where they differ. */
  readonly settings: readonly string[];
  readonly ways: readonly [LinkWay, LinkWay];
}

/** The links between nodes, then those of each client: the pairs that messages travel between. */
export function linkRows(
  model: Pick<ViewModel, 'cuts' | 'links' | 'clients'>,
  ids: readonly ActorId[],
  { network }: Pick<RunConfig, 'network'>,
  nameOf: (actor: ActorId) => string,
): readonly LinkRow[] {
  const pairs = [
    ...ids.flatMap((a, i) => ids.slice(i + 1).map((b) => [a, b] as const)),
    ...[...model.clients.keys()].flatMap((client) => ids.map((node) => [node, client] as const)),
  ];
  return pairs.map(([a, b]) => {
    const ways = linkWays(model, nameOf, a, b);
    const [{ from: first, cut: out }, { from: second, cut: back }] = ways;
    return {
      name: `${first} – ${second}`,
      cut: out || back,
      state: linkState(out, back, first, second),
      settings: linkSettings(network, model.links, [a, first], [b, second]),
      ways,
    };
  });
}
