import { formatCommand } from './format-command.ts';
import type { Keyspace } from './session.ts';

/** Written in both keyspaces unless a person names another. */
export const COMPARED_KEY = 'cart:7';

/** What one partition and one script are for: a key, who is cut off, and the keyspace that the console works in otherwise. */
export interface Comparison {
  readonly key: string;
  /** Names of nodes. The one that is cut off leads the key's shard: what was in office has to give way. */
  readonly alone: string;
  readonly others: readonly string[];
  /** Of the others one that holds the key: client b asks it in the eventual keyspace, and client a asks `alone`. */
  readonly near: string;
  readonly shard: string;
  readonly before: Keyspace;
}

/** What a client asks in both keyspaces. */
export interface ComparedOperation {
  readonly client: 'a' | 'b';
  readonly verb: 'PUT' | 'GET';
  /** What a PUT writes. */
  readonly value: string | undefined;
}

/** A step of the script: a line of the console, and what it is for. */
export interface CompareStep {
  readonly title: string;
  readonly line: string;
  readonly does: ComparedOperation | 'cut' | 'heal' | 'repair';
}

/** Of strong operations, whose side may have nobody to answer. */
const TIMEOUT = '400ms';
/** Followers notice, vote, and a cut-off leader has given up. */
const ELECTION = '1200ms';
/** Hints travel, and a cut-off replica gets what it missed. */
const MENDING = '2s';

/** Homes of a shard say their Merkle roots, two at a time, and exchange what differs. */
const COMPARING = '1s';

/**
 * The same operations in both keyspaces, on both sides of one partition, and after it. Clients: a is cut off with `alone`, b is with the others. How they read and write is
 * said in each line, so that what the console's dial stands at changes nothing.
 */
export function compareScript({ key, alone, others, near, shard, before }: Comparison): readonly CompareStep[] {
  const both = (title: string, does: ComparedOperation, eventual: Readonly<Record<string, string>>): CompareStep => {
    const { client, verb, value } = does;
    const args = value === undefined ? [key] : [key, value];
    const strong = verb === 'PUT' ? { w: '2' } : { r: 'lease' };
    const via = client === 'a' ? alone : near;
    const line = [
      formatCommand('USE', ['strong']),
      formatCommand(verb, args, { as: client, ...strong, timeout: TIMEOUT }),
      formatCommand('USE', ['eventual']),
      formatCommand(verb, args, { as: client, via, ...eventual }),
      formatCommand('USE', [before]),
    ];
    return { title, does, line: line.join('; ') };
  };
  const run = (duration: string) => formatCommand('RUN', [], { for: duration });
  const wall = formatCommand('PARTITION', [alone, 'a', '|', ...others, 'b']);
  const put = (client: 'a' | 'b', value: string) => ({ client, verb: 'PUT', value }) as const;
  const get = (client: 'a' | 'b') => ({ client, verb: 'GET', value: undefined }) as const;
  const [one, all] = [{ quorum: 'sloppy' }, { quorum: 'strict' }];
  return [
    both('b writes "milk" while all is well', put('b', 'milk'), { w: '3', ...all }),
    both('a reads it', get('a'), { r: '1', ...one }),
    { title: `Cut off ${alone} and a from the rest`, does: 'cut', line: `${wall}; ${run(ELECTION)}` },
    both('a writes "bob" on the small side', put('a', 'bob'), { w: '1', ...one }),
    both('b writes "ada" on the large side', put('b', 'ada'), { w: '1', ...one }),
    both('a reads', get('a'), { r: '1', ...one }),
    { title: 'Heal the network', does: 'heal', line: `${formatCommand('HEAL')}; ${run(MENDING)}` },
    {
      title: 'Compare the Merkle trees of the replicas',
      does: 'repair',
      line: `${formatCommand('REPAIR', [shard])}; ${run(COMPARING)}`,
    },
    both('a reads again', get('a'), { r: '1', ...one }),
    both('b reads again', get('b'), { r: '1', ...one }),
  ];
}
