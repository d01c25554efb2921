import type { ActorId } from '../../core/base/ids.ts';
import { useAppState, useCommand } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { Action } from './action-bar.tsx';
import { linkActs, linkWays } from './link-acts.ts';
import { linkSettings } from './link-settings.ts';
import { linkState } from './link-words.ts';

interface Props {
  readonly run: RunView;
  readonly a: ActorId;
  readonly b: ActorId;
  readonly nameOf: (actor: ActorId) => string;
}

/** What a link is set to, and what can be done to it. */
export function LinkActions({ run, a, b, nameOf }: Props) {
  const act = useCommand();
  const links = useAppState(({ model }) => model.links);
  const cuts = useAppState(({ model }) => model.cuts);
  const [first, second] = [nameOf(a), nameOf(b)];
  const ways = linkWays({ cuts, links }, nameOf, a, b);
  return (
    <>
      <p className="action-words">
        {linkState(ways[0].cut, ways[1].cut, first, second)}
        {linkSettings(run.config.network, links, [a, first], [b, second]).map((words) => (
          <span key={words} className="action-setting">
            {words}
          </span>
        ))}
      </p>
      <div className="action-row">
        {linkActs(ways).map(({ line, text, heals }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the button is, and the focus stays on it
          <Action key={i} line={line} run={act} danger={!heals}>
            {text}
          </Action>
        ))}
      </div>
    </>
  );
}
