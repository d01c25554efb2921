import type { NodeId } from '../core/base/ids.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import { defineCommand, type RestType, required, rest } from './command.ts';
import { fetched } from './fetched.ts';
import { failed, parsed } from './result.ts';
import { parseNode, SHARD, suggestNodes } from './value-types.ts';

/** Each once. */
const NODES: RestType<readonly NodeId[]> = {
  accepts: 'nodes such as n1 n2',
  suggest(known, before) {
    const named = before.map(({ text }) => text.toLowerCase());
    return suggestNodes(known).filter(({ text }) => !named.includes(text));
  },
  parse(words, topology) {
    const nodes: NodeId[] = [];
    for (const word of words) {
      const node = parseNode(word, topology);
      if (!node.ok) return node;
      if (nodes.includes(node.value))
        return failed('BadArgument', `${nodeName(node.value)} is named twice`, 'A node has one vote.', word.at);
      nodes.push(node.value);
    }
    return parsed(nodes);
  },
};

export const VOTERS = defineCommand({
  verb: 'VOTERS',
  summary: 'Says which replicas of a shard vote; its others learn: they get the log and count for nothing.',
  usage: 'VOTERS s3 n1 n2',
  example: 'VOTERS s3 n1 n2',
  notes: [
    'The change goes through a joint configuration: until the leader has left that, the old and the new majority are both needed.',
    'A leader that is no longer to vote hands over when the change is committed. Naming all replicas brings everybody back.',
  ],
  positionals: { shard: required(SHARD), nodes: rest(NODES) },
  options: {},
  run: async ({ cluster }, { shard, nodes }) =>
    (await fetched(import('./change-voters.ts'))).changeVoters(cluster, shard, nodes),
});
