import { type Micros, type NodeId, nodeId, type Term } from '../../../base/ids.ts';
import { MS, Network } from '../network.ts';
import { Arguments } from './arguments.ts';
import { nodeText } from './message-text.ts';
import { stateLines } from './state-text.ts';
import type { TranscriptCommand } from './transcript-command.ts';

const SIZE_MAX = 9;
const LIMITS = { entries: 'entriesPerAppendMax', bytes: 'bytesPerAppendMax', inflight: 'inflightAppendsMax' } as const;

/** n1 waits 150 ms for its leader, each further node 30 ms more, at most the 300 ms that CheckQuorum takes: no draw decides a transcript. */
const electionTimeoutUs = (id: NodeId): Micros => Math.min(150 + 30 * (id - 1), 300) * MS;

export const clusterCommand: TranscriptCommand = {
  name: 'cluster',
  usage: '<size> [voters=N] [entries=N] [bytes=N] [inflight=N], and below it lines such as: n1 term=2 log=1 1 2',
  run(stage, args) {
    const size = args.number('the size', args.take('the size'), 1);
    if (size > SIZE_MAX) args.fail(`a cluster has at most ${SIZE_MAX} nodes.`);
    const raft: Partial<Record<(typeof LIMITS)[keyof typeof LIMITS], number>> = {};
    let voters = size;
    while (!args.isEmpty) {
      const [name = '', value = ''] = args.take('an option').split('=');
      const option = args.oneOf('option', name, ['entries', 'bytes', 'inflight', 'voters'] as const);
      const number = args.number(option, value, 1);
      if (option === 'voters') voters = number;
      else raft[LIMITS[option]] = number;
    }
    const began = Array.from({ length: Math.min(voters, size) }, (_, i) => nodeId(i + 1));
    stage.open(new Network(size, { raft: { ...raft, voters: began }, electionTimeoutUs, ...initialState(args, size) }));
    for (const line of stateLines(stage.net)) stage.say(line);
  },
};

/** The terms of the logs at the start, and currentTerm where it is not that of the last entry. */
function initialState(args: Arguments, size: number): { logs: Term[][]; terms: Term[] } {
  const logs: Term[][] = Array.from({ length: size }, () => []);
  const terms: Term[] = [];
  const names = logs.map((_, i) => nodeText(i + 1));
  for (const source of args.body) {
    const words = new Arguments({ ...source, text: `cluster ${source.text}`, body: [] }, clusterCommand.usage);
    const at = names.indexOf(words.oneOf('node', words.take('a node'), names));
    const term = /^term=(.*)$/.exec(words.peek())?.[1];
    if (term !== undefined) {
      terms[at] = words.number('term', term, 0);
      words.take('term');
    }
    const log = /^log=(.*)$/.exec(words.rest())?.[1] ?? words.fail('log= and the terms of the entries are missing.');
    logs[at] = log
      .split(' ')
      .filter(Boolean)
      .map((word) => words.number('a term', word, 1));
  }
  return { logs, terms };
}
