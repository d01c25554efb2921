import { formatCommand } from '../../console/format-command.ts';
import type { ActorId } from '../../core/base/ids.ts';
import { useAppState, useCommand } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { Action } from './action-bar.tsx';
import { linkState, settingsText } from './link-words.ts';

interface Props {
  readonly run: RunView;
  readonly a: ActorId;
  readonly b: ActorId;
  readonly nameOf: (actor: ActorId) => string;
}

/** What a link is set to, and what can be done to it. HEAL takes an end, not a link: the button says whose links it joins. */
export function LinkActions({ run, a, b, nameOf }: Props) {
  const act = useCommand();
  const links = useAppState(({ model }) => model.links);
  const cutOut = useAppState(({ model }) => model.cuts.has(`${a}>${b}`));
  const cutBack = useAppState(({ model }) => model.cuts.has(`${b}>${a}`));
  const [first, second] = [nameOf(a), nameOf(b)];
  const { network } = run.config;
  const ways = [
    { from: first, to: second, cut: cutOut, words: settingsText(network, links, a, b) },
    { from: second, to: first, cut: cutBack, words: settingsText(network, links, b, a) },
  ];
  const same = ways[0]?.words === ways[1]?.words;
  const changed = cutOut || cutBack || links.has(`${a}>${b}`) || links.has(`${b}>${a}`);
  return (
    <>
      <p className="action-words">
        {linkState(cutOut, cutBack, first, second)}
        {(same ? ways.slice(0, 1) : ways).map(({ from, to, words }) => (
          <span key={from} className="action-setting">
            {same ? words : `${from} → ${to}: ${words}`}
          </span>
        ))}
      </p>
      <div className="action-row">
        {ways.map(({ from, to, cut }) =>
          cut ? null : (
            <Action key={from} line={formatCommand('CUT', [`${from}>${to}`])} run={act} danger>
              Cut {from} → {to}
            </Action>
          ),
        )}
        {cutOut || cutBack ? null : (
          <Action line={formatCommand('CUT', [`${first}-${second}`])} run={act} danger>
            Cut both ways
          </Action>
        )}
        {changed
          ? [first, second].map((name) => (
              <Action key={name} line={formatCommand('HEAL', [name])} run={act}>
                Heal all of {name}
              </Action>
            ))
          : null}
      </div>
    </>
  );
}
