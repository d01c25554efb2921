import { formatCommand } from '../../console/format-command.ts';
import type { ActorId, ClientActorId, NodeId } from '../../core/base/ids.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import { standingOf } from '../store/standing.ts';
import { leaderLastIndex, leaderOf } from '../store/view-model.ts';
import { Action } from './action-bar.tsx';
import { MemberActions } from './member-actions.tsx';
import { entriesBehind, nodeWords } from './node-words.ts';
import { toggleLink } from './selection.ts';

interface Props {
  readonly node: NodeId;
  /** All others that it has a link with, and their names. */
  readonly peers: readonly ActorId[];
  readonly nameOf: (actor: ActorId) => string;
}

/** What a node is just now, and what can be done to it. */
export function NodeActions({ node, peers, nameOf }: Props) {
  const { store } = useApp();
  const run = useCommand();
  const view = useAppState(({ model }) => model.nodes.get(node));
  const shard = useAppState(({ focusedShard }) => focusedShard);
  const replica = useAppState(({ model }) => model.shards.get(shard)?.get(node));
  const leads = useAppState(({ model }) => leaderOf(model, shard));
  const behind = useAppState(({ model }) => entriesBehind(replica, leaderLastIndex(model, shard)));
  const standing = useAppState(({ run, model }) => run && standingOf(run.config, node, model.placement.members));
  const cuts = useAppState(({ model }) => model.cuts);
  const name = nodeName(node);
  const down = view?.state === 'down' || view?.state === 'crashed';
  const frozen = view?.frozen === true;
  const isCut = (peer: ActorId) => cuts.has(`${node}>${peer}`) || cuts.has(`${peer}>${node}`);
  const clients = useAppState(({ model }) => model.clients);
  // ISOLATE leaves the clients their links.
  const others = peers.filter((peer) => !clients.has(peer as ClientActorId));
  const isolated = others.every((peer) => cuts.has(`${node}>${peer}`) && cuts.has(`${peer}>${node}`));
  return (
    <>
      <p className="action-words">{nodeWords(view, replica, shard, behind, standing)}</p>
      <div className="action-row">
        {down ? (
          <Action line={formatCommand('REVIVE', [name])} run={run}>
            Revive
          </Action>
        ) : (
          <Action line={formatCommand('KILL', [name])} run={run} danger>
            Kill
          </Action>
        )}
        {down ? null : (
          <Action line={formatCommand(frozen ? 'THAW' : 'FREEZE', [name])} run={run} danger={!frozen}>
            {frozen ? 'Thaw' : 'Freeze'}
          </Action>
        )}
        {isolated ? null : (
          <Action line={formatCommand('ISOLATE', [name])} run={run} danger>
            Isolate
          </Action>
        )}
        {!down && !frozen && replica !== undefined && replica.role !== 'leader' && !replica.learns && leads !== 0 ? (
          <Action line={formatCommand('TRANSFER', [shardName(shard), name])} run={run}>
            Lead {shardName(shard)}
          </Action>
        ) : null}
        {peers.some(isCut) ? (
          <Action line={formatCommand('HEAL', [name])} run={run}>
            Heal
          </Action>
        ) : null}
      </div>
      <MemberActions node={node} />
      <fieldset className="action-row">
        <legend className="action-legend">Link to</legend>
        {peers.map((peer) => (
          <button
            key={peer}
            type="button"
            className="button action-button"
            title={`What can be done to the link ${name} – ${nameOf(peer)}`}
            onClick={() => toggleLink(store, node, peer)}
          >
            {nameOf(peer)}
            {isCut(peer) ? <span className="action-cut">✕</span> : null}
          </button>
        ))}
      </fieldset>
    </>
  );
}
