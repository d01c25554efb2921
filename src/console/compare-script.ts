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
  readonly before: Keyspace;
}

/** A step of the script: a line of the console, and what it is for. */
export interface CompareStep {
  readonly title: string;
  readonly line: string;
}

/** Of strong operations, whose side may have nobody to answer. */
const TIMEOUT = '400ms';
/** Followers notice, vote, and a cut-off leader has given up. */
const ELECTION = '1200ms';
/** Hints travel, and a cut-off replica gets what it missed. */
const MENDING = '2s';

/** The same operations in both keyspaces, on both sides of one partition, and after it. Clients: a is cut off with `alone`, b is with the others. */
export function compareScript({ key, alone, others, before }: Comparison): readonly CompareStep[] {
  const both = (verb: string, args: readonly string[], client: string, eventual: Record<string, string> = {}) =>
    [
      formatCommand('USE', ['strong']),
      formatCommand(verb, [key, ...args], { as: client, timeout: TIMEOUT }),
      formatCommand('USE', ['eventual']),
      formatCommand(verb, [key, ...args], { as: client, ...eventual }),
      formatCommand('USE', [before]),
    ].join('; ');
  const run = (duration: string) => formatCommand('RUN', [], { for: duration });
  const wall = formatCommand('PARTITION', [alone, 'a', '|', ...others, 'b']);
  return [
    { title: 'b writes "milk" while all is well', line: both('PUT', ['milk'], 'b', { w: '3' }) },
    { title: 'a reads it', line: both('GET', [], 'a') },
    { title: `Cut off ${alone} and a from the rest`, line: `${wall}; ${run(ELECTION)}` },
    { title: 'a writes "bob" on the small side', line: both('PUT', ['bob'], 'a') },
    { title: 'b writes "ada" on the large side', line: both('PUT', ['ada'], 'b') },
    { title: 'a reads', line: both('GET', [], 'a') },
    { title: 'Heal the network', line: `${formatCommand('HEAL')}; ${run(MENDING)}` },
    { title: 'a reads again', line: both('GET', [], 'a', { r: '3', quorum: 'strict' }) },
    { title: 'b reads again', line: both('GET', [], 'b', { r: '3', quorum: 'strict' }) },
  ];
}
