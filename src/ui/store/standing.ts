import type { NodeId } from '../../core/base/ids.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import type { NodeStanding } from '../../core/meta/node-standing.ts';
import type { Members } from './placement-view.ts';

/** What a node is to the ring at the moment shown: whoever founded it is part of it until something else is told. */
export const standingOf = ({ nodes }: Pick<RunConfig, 'nodes'>, node: NodeId, members: Members): NodeStanding =>
  members.get(node) ?? (node <= nodes ? 'normal' : 'unknown');
