import { useState } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import { NO_NODE, type NodeId } from '../../core/base/ids.ts';
import { canUndo } from '../../core/cluster/can-undo.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { STANDING_WORDS } from '../../core/cluster/standing-words.ts';
import { useApp, useAppState } from '../app-context.ts';
import { standingOf } from '../store/standing.ts';
import { Action } from './action-bar.tsx';

/** The card has room for so many. */
const MOVES_MAX = 2;

/** What can be done to a node's place in the cluster: it leaves, its disk is emptied, what is on its way to or from it is undone. */
export function MemberActions({ node }: { readonly node: NodeId }) {
  const { commands } = useApp();
  const config = useAppState((state) => state.run?.config);
  const placement = useAppState((state) => state.model.placement);
  const standing = config && standingOf(config, node, placement.members);
  const words = standing === undefined ? '' : STANDING_WORDS[standing];
  const [refused, setRefused] = useState('');
  const name = nodeName(node);
  const moves = [...placement.moves.values()].filter(({ to, from }) => to === node || from === node);
  const run = async (line: string) => {
    const results = await commands.run(line, 'button');
    setRefused(results.flatMap(({ ok, text }) => (ok ? [] : [text])).join(' '));
  };
  const act = (line: string) => void run(line).catch(() => undefined);
  return (
    <fieldset className="action-row">
      <legend className="action-legend">In the cluster</legend>
      {words === '' ? null : <p className="action-words">{words}</p>}
      {standing === 'leaving' || standing === 'left' || standing === 'unknown' ? null : (
        <Action line={formatCommand('REMOVE', [name])} run={act} danger>
          Remove
        </Action>
      )}
      <Action line={formatCommand('WIPE', [name])} run={act} danger>
        Wipe disk
      </Action>
      {moves
        .filter(canUndo)
        .slice(0, MOVES_MAX)
        .map(({ shard, to }) => (
          <Action key={shard} line={formatCommand('CANCEL', [shardName(shard)])} run={act}>
            Cancel {shardName(shard)}
            {to === NO_NODE ? '' : ` → ${nodeName(to)}`}
          </Action>
        ))}
      {refused === '' ? null : (
        <p className="action-refused" role="alert">
          <span aria-hidden="true">✕ </span>
          {refused}
        </p>
      )}
    </fieldset>
  );
}
