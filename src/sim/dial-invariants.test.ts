import { describe, expect, test } from 'vitest';
import { clientActorId, nodeId, shardId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { Operation, ReadGround, WriteGround } from '../core/client/operation.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { KeyWrite } from '../core/node/message.ts';
import { encodeCommand } from '../core/node/write-command.ts';
import type { Entry } from '../core/raft/entry.ts';
import { DialInvariants } from './dial-invariants.ts';
import { ReadStateInvariant } from './read-state-invariant.ts';

const S0 = shardId(0);
const KEY = encodeUtf8('k');
const of = (node: number) => ({ timeUs: 1, node: nodeId(node), shard: S0 });
const commits = (commitIndex: number): TraceEvent => ({ ...of(1), type: 'CommitAdvanced', commitIndex, term: 1 });
const applies = (node: number, index: number, wrote = true): TraceEvent => ({
  ...of(node),
  type: 'EntryApplied',
  index,
  term: 1,
  stateHash: 0,
  keys: 0,
  duplicate: false,
  ...(wrote ? { wrote: true } : {}),
});
const asks = (id: number, operation: Operation, client = 100): TraceEvent => ({
  timeUs: 1,
  type: 'OperationInvoked',
  id,
  client: clientActorId(client),
  clientName: 'a',
  operation,
  shard: S0,
});
const get = (read: 'session' | 1 | 2): Operation => ({ type: 'Get', key: KEY, read });
const put = (write: 1 | 2 | 3): Operation => ({ type: 'Put', key: KEY, value: KEY, write });
const ends = (id: number, index: number, result: object, rest: object): TraceEvent =>
  ({
    timeUs: 1,
    type: 'OperationCompleted',
    id,
    client: clientActorId(100),
    outcome: {
      ...{
        status: 'ok',
        result,
        shard: S0,
        node: nodeId(2),
        term: 1,
        index,
        acks: 0,
        voters: 3,
        elapsedUs: 1,
        attempts: 1,
      },
      ...rest,
    },
  }) as unknown as TraceEvent;
const reads = (id: number, appliedIndex: number, ground: ReadGround, text?: string): TraceEvent =>
  ends(id, appliedIndex, { type: 'Value', value: text && encodeUtf8(text) }, { appliedIndex, ground });
const writes = (id: number, index: number, write?: WriteGround): TraceEvent =>
  ends(id, index, write?.held === 'leader' ? { type: 'Appended' } : { type: 'Written', existed: false }, { write });

/** What is said of the last event; the ones before are as they should be. */
function verdict(
  invariant: { check(event: TraceEvent): { detail: string } | undefined },
  events: readonly TraceEvent[],
) {
  const found = events.map((event) => invariant.check(event)?.detail);
  expect(found.slice(0, -1).every((detail) => detail === undefined)).toBe(true);
  return found.at(-1);
}
const dial = (...events: readonly TraceEvent[]): string | undefined => verdict(new DialInvariants(), events);

describe('what R and W promise', () => {
  test('a quorum read shows what was committed when it was asked for; R=1 need not', () => {
    expect(dial(commits(4), asks(1, get(2)), commits(6), reads(1, 4, 'quorum'))).toBeUndefined();
    expect(dial(commits(5), asks(1, get(2)), reads(1, 4, 'quorum'))).toContain('entry 5 had been committed');
    expect(dial(commits(5), asks(1, get(1)), reads(1, 4, 'applied'))).toBeUndefined();
  });

  test('a session reads what its client had read, or written with W=2, before it asked', () => {
    const seen = [asks(1, put(2)), writes(1, 7)];
    expect(dial(...seen, asks(2, get('session')), reads(2, 7, 'session'))).toBeUndefined();
    expect(dial(...seen, asks(2, get('session')), reads(2, 6, 'session'))).toContain('had seen entry 7');
    expect(dial(...seen, asks(2, get('session'), 101), reads(2, 6, 'session')), 'another client').toBeUndefined();
    expect(dial(asks(2, get('session')), ...seen, reads(2, 6, 'session')), 'under way').toBeUndefined();
    const read = [asks(1, get(1)), reads(1, 7, 'applied')];
    expect(dial(...read, asks(2, get('session')), reads(2, 6, 'session'))).toContain('had seen entry 7');
    const early = [asks(1, put(1)), writes(1, 7, { held: 'leader' })];
    expect(dial(...early, asks(2, get('session')), reads(2, 6, 'session'))).toBeUndefined();
  });

  test("W=1 is answered when the leader's disk has it", () => {
    const request = { ...of(1), client: 100, requestId: 3 };
    const proposed = {
      ...{ ...request, type: 'RequestProposed', term: 1, index: 7, joined: false, deadlineUs: undefined },
      configuration: { voters: [], votersOutgoing: [], learners: [] },
    } as TraceEvent;
    const answered = { ...request, type: 'RequestAnswered', outcome: 'Appended' } as TraceEvent;
    const persisted = (lastIndex: number): TraceEvent => ({ ...of(1), type: 'EntriesPersisted', lastIndex });
    expect(dial(proposed, persisted(7), answered)).toBeUndefined();
    expect(dial(persisted(6), proposed, answered)).toContain('its disk has its log up to 6');
  });

  test('W=3 is applied by all that are named', () => {
    const by = [1, 2].map(nodeId);
    const all = [asks(1, put(3)), writes(1, 7, { held: 'all', by })];
    expect(dial(applies(1, 7), applies(2, 8), ...all)).toBeUndefined();
    expect(dial(applies(1, 7), applies(2, 6), ...all)).toContain('n2 has not');
    expect(dial(asks(1, put(3)), writes(1, 7, { held: 'not all', missing: by }))).toBeUndefined();
  });
});

describe('what a read shows', () => {
  const log = (...commands: readonly (readonly [number, KeyWrite])[]): TraceEvent => ({
    ...of(1),
    type: 'EntriesAppended',
    truncatedFrom: 0,
    entries: commands.map(
      ([stampUs, write], i): Entry => ({
        term: 1,
        index: i + 1,
        stampUs,
        kind: 'command',
        command: encodeCommand({ type: 'Write', session: 1, sequence: i + 1, write }),
      }),
    ),
  });
  const value = (text: string, ttlUs?: number): KeyWrite =>
    ({ type: 'Put', key: KEY, value: encodeUtf8(text), ...(ttlUs === undefined ? {} : { ttlUs }) }) as KeyWrite;
  const shown = (events: readonly TraceEvent[], at: number, text?: string): string | undefined =>
    verdict(new ReadStateInvariant(), [...events, asks(1, get(1)), reads(1, at, 'applied', text)]);

  test('is what the log had put there with the entry that it names', () => {
    const events = [log([1, value('x')], [2, value('y')], [3, { type: 'Delete', key: KEY }])];
    for (const index of [1, 2, 3]) events.push(applies(2, index));
    expect(shown(events, 1, 'x')).toBeUndefined();
    expect(shown(events, 2, 'y')).toBeUndefined();
    expect(shown(events, 3)).toBeUndefined();
    expect(shown(events, 0)).toBeUndefined();
    expect(shown(events, 2, 'x')).toContain('what entry 2 had put there');
    expect(shown(events, 1, 'y')).toContain('what entry 1 had put there');
    expect(shown(events, 3, 'y')).toContain('another value than the log says');
    expect(shown(events, 0, 'x')).toContain('nothing');
  });

  test('an entry that wrote nothing puts nothing there, and a value expires with the entry that passes its deadline', () => {
    const events = [log([10, value('x', 5)], [12, value('z')], [15, value('w')]), applies(1, 1), applies(1, 2, false)];
    expect(shown(events, 2, 'x')).toBeUndefined();
    expect(shown([...events, applies(1, 3, false)], 3)).toBeUndefined();
    expect(shown([...events, applies(1, 3, false)], 3, 'x')).toContain('what entry 3 had put there');
  });

  test('what was before it began to look is not judged', () => {
    const later = log([1, value('x')]);
    expect(shown([later, applies(1, 5)], 5, 'q')).toBeUndefined();
  });
});
