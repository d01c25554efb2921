import { describe, expect, test } from 'vitest';
import { nodeId, shardId } from '../core/base/ids.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { type Configuration, simpleConfiguration } from '../core/raft/configuration.ts';
import { encodeConfiguration } from '../core/raft/write-configuration.ts';
import { Availability, outageText } from './availability.ts';

/** An upper election timeout. */
const E = CLASSROOM.limits.electionTimeoutUsMax;
const S0 = shardId(0);
const ids = (...all: readonly number[]) => all.map(nodeId);
const voters = (...all: readonly number[]): Configuration => simpleConfiguration({ voters: ids(...all), learners: [] });

const on = (timeUs: number, node: number) => ({ timeUs, node: nodeId(node), shard: S0 });
const starts = (timeUs: number, node: number, boot = 1): TraceEvent => ({
  ...{ timeUs, type: 'NodeStarted', node: nodeId(node), boot, recoveryUs: 0, logRecords: 0 },
});
const recovers = (timeUs: number, node: number): TraceEvent => ({
  ...{ timeUs, type: 'NodeRecovered', node: nodeId(node), recoveryUs: 0, logRecords: 0, tables: 0, tornBytes: 0 },
});
const holds = (timeUs: number, node: number, configuration: Configuration, commitIndex = 0): TraceEvent => ({
  ...{ ...on(timeUs, node), type: 'ReplicaRecovered', role: 'follower', term: 0, votedFor: nodeId(0), baseIndex: 0 },
  ...{ baseTerm: 0, baseConfiguration: configuration, entries: [], configuration, commitIndex, appliedIndex: 0 },
  ...{ stateHash: 0, keys: 0 },
});
const role = (timeUs: number, node: number, name: 'leader' | 'follower' | 'candidate', term = 1): TraceEvent => ({
  ...{ ...on(timeUs, node), type: 'RoleChanged', role: name, term, leader: nodeId(0), votedFor: nodeId(0) },
  ...{ reason: 'started', from: nodeId(0) },
});
const appends = (timeUs: number, node: number, index: number, configuration?: Configuration): TraceEvent => {
  const command = configuration === undefined ? new Uint8Array() : encodeConfiguration(configuration);
  const kind = configuration === undefined ? 'noop' : 'configuration';
  const entries = [{ term: 1, index, stampUs: 0, kind, command }] as const;
  return { ...on(timeUs, node), type: 'EntriesAppended', truncatedFrom: 0, entries };
};
const commits = (timeUs: number, node: number, commitIndex: number): TraceEvent => ({
  ...{ ...on(timeUs, node), type: 'CommitAdvanced', commitIndex, term: 1 },
});
const killed = (timeUs: number, node: number): TraceEvent => ({
  ...{ timeUs, type: 'NodeKilled', node: nodeId(node), pending: 0, lost: 0, torn: false },
});
const freezes = (timeUs: number, node: number): TraceEvent => ({
  ...{ timeUs, type: 'NodeFrozen', node: nodeId(node), leads: 0 },
});
const link = (timeUs: number, from: number, to: number, cut: boolean): TraceEvent => ({
  ...{ timeUs, type: 'LinkChanged', from: nodeId(from), to: nodeId(to), cut, settings: {} },
});
const loses = (timeUs: number, value: number): TraceEvent => ({
  ...{ timeUs, type: 'ActionTaken', action: { type: 'Configure', name: 'link.drop', value } },
});
const handsOver = (timeUs: number, node: number): TraceEvent => ({
  ...{ ...on(timeUs, node), type: 'TransferStarted', term: 1, to: nodeId(2) },
});
const wiped = (timeUs: number, node: number): TraceEvent => ({
  ...{ timeUs, type: 'DiskWiped', node: nodeId(node), incarnation: 2 },
});
const created = (timeUs: number, node: number, replicaId: number): TraceEvent => ({
  ...{ ...on(timeUs, node), type: 'ReplicaCreated', replicaId },
});

/** Three voters that run; n1 leads and has committed what it proposed. */
const UP = [1, 2, 3].flatMap((node) => [starts(0, node), recovers(0, node), holds(0, node, voters(1, 2, 3))]);
const LED = [...UP, role(1, 1, 'leader'), appends(1, 1, 1), commits(2, 1, 1)];

function outages(events: readonly TraceEvent[], endUs: number): readonly string[] {
  const availability = new Availability(CLASSROOM);
  const found = events.flatMap((event) => availability.observe(event));
  return [...found, ...availability.end(endUs)].map(({ majority, fromUs }) => `${majority.join(' ')} from ${fromUs}`);
}

describe('a shard that could serve', () => {
  test.each<[string, readonly TraceEvent[], string]>([
    ['that nobody ever leads', UP, '1 2 from 0'],
    ['whose leader died', [...LED, killed(E, 1)], `2 3 from ${E}`],
    ['whose leader stands still', [...LED, freezes(E, 1)], `2 3 from ${E}`],
    ['whose leader was deposed and nobody came after it', [...LED, role(E, 1, 'follower')], `1 2 from ${E}`],
    ['whose leader never commits what it proposes', [...UP, role(E, 1, 'leader'), appends(E, 1, 1)], '1 2 from 0'],
    [
      'whose leaders come and go without a commit',
      [...UP, role(E, 1, 'leader'), role(2 * E, 1, 'follower'), role(3 * E, 2, 'leader')],
      '1 2 from 0',
    ],
    ['whose leader commits no more', [...LED, appends(E, 1, 2)], `1 2 from ${E}`],
    ['whose leader hands over for ever', [...LED, handsOver(E, 1)], `1 2 from ${E}`],
    ['whose leader is cut off', [...LED, link(E, 1, 2, true), link(E, 3, 1, true)], `2 3 from ${E}`],
    ['whose others flap', [...LED, killed(E, 1), killed(2 * E, 3), recovers(3 * E, 3), recovers(3.9 * E, 1)], ''],
    [
      'while one that it does not need flaps',
      [
        ...LED,
        killed(E, 1),
        starts(2 * E, 1),
        recovers(2 * E, 1),
        killed(3 * E, 1),
        starts(4 * E, 1),
        recovers(4 * E, 1),
      ],
      `2 3 from ${E}`,
    ],
  ])('%s', (_, events, expected) => {
    expect(outages(events, 4.2 * E)).toEqual(expected === '' ? [] : [expected]);
  });

  test('is told of once, however long it lasts, and again when it happens again', () => {
    const again = [...LED, killed(E, 1), killed(5 * E, 9), killed(6 * E, 9), role(7 * E, 2, 'leader')];
    expect(outages(again, 7 * E)).toHaveLength(1);
    expect(outages([...again, commits(7 * E, 2, 0), role(8 * E, 2, 'follower')], 12 * E)).toHaveLength(2);
  });

  test('has its time from when the last of what it needs was there', () => {
    const events = [...LED, killed(E, 1), link(E, 2, 3, true), link(3 * E, 2, 3, false)];
    expect(outages(events, 5.9 * E)).toEqual([]);
    expect(outages(events, 6.1 * E)).toEqual([`2 3 from ${3 * E}`]);
  });

  test('has seven times as long where messages are lost, and the usual time once they no longer are', () => {
    const lossy = [...LED, loses(E / 2, 0.2), killed(E, 1)];
    expect(outages(lossy, 21 * E)).toEqual([]);
    expect(outages(lossy, 22.1 * E)).toEqual([`2 3 from ${E}`]);
    expect(outages([...lossy, loses(5 * E, 0)], 8.1 * E)).toEqual([`2 3 from ${5 * E}`]);
  });
});

describe('split votes', () => {
  /** Both that are left stand in each of these terms. */
  const split = (...terms: readonly number[]): readonly TraceEvent[] =>
    terms.flatMap((term) => [2, 3].map((node) => role(E + term, node, 'candidate', term)));
  const led = [...LED, killed(E, 1)];

  test('one more upper election timeout is allowed for each', () => {
    expect(outages([...led, ...split(2, 3)], 5.9 * E)).toEqual([]);
    expect(outages([...led, ...split(2, 3)], 6.1 * E)).toEqual([`2 3 from ${E}`]);
  });

  test('never more than seven times the bound: timeouts that are not drawn split for ever', () => {
    const forever = split(...Array.from({ length: 99 }, (_, i) => i + 2));
    expect(outages([...led, ...forever], 21.9 * E)).toEqual([]);
    expect(outages([...led, ...forever], 22.1 * E)).toEqual([`2 3 from ${E}`]);
  });

  test('those of a time that does not count allow nothing', () => {
    const lossy = [...led.slice(0, -1), loses(E / 2, 0.2), killed(E, 1), ...split(2, 3), loses(5 * E, 0)];
    expect(outages(lossy, 8.1 * E)).toEqual([`2 3 from ${5 * E}`]);
  });

  test('a term that somebody won is none, nor is one in which only one stood of those who could have served', () => {
    const won = split(2, 3).flatMap((event) =>
      'term' in event && event.term === 2
        ? [event]
        : [event, role(E + 3, 3, 'leader', 3), role(E + 3, 3, 'follower', 3)],
    );
    expect(outages([...led, ...won], 5.2 * E)).toEqual([`2 3 from ${E}`]);
    const dead = [2, 3].flatMap((term) => [role(E + term, 2, 'candidate', term), role(E + term, 1, 'candidate', term)]);
    expect(outages([...led, ...dead], 4.2 * E)).toEqual([`2 3 from ${E}`]);
  });

  test('who stands alone, again and again, splits nothing, and what was before the shard served again is forgotten', () => {
    const alone = [2, 3, 4, 5].flatMap((term) => [1, 2].map(() => role(E + term, 2, 'candidate', term)));
    expect(outages([...led, ...alone], 4.2 * E)).toEqual([`2 3 from ${E}`]);
    const served = [role(2 * E, 2, 'leader', 4), appends(2 * E, 2, 2), commits(2 * E, 2, 2)];
    const again = role(2.5 * E, 2, 'follower', 5);
    expect(outages([...led, ...split(2, 3), ...served, again], 5.6 * E)).toEqual([`2 3 from ${2.5 * E}`]);
  });
});

test('disks so slow that a vote takes longer than the shortest election timeout have seven times as long as well', () => {
  const slow = new Availability({ ...CLASSROOM, disk: { ...CLASSROOM.disk, syncUs: 30_000 } });
  const found = [...LED, killed(E, 1)].flatMap((event) => slow.observe(event));
  expect([...found, ...slow.end(21 * E)]).toEqual([]);
  expect(slow.end(22.1 * E)).toHaveLength(1);
});

describe('a shard that could not serve', () => {
  test.each<[string, readonly TraceEvent[]]>([
    ['without a majority of its voters', [...LED, killed(E, 1), killed(E, 2)]],
    ['whose voters hear each other one way only', [...LED, killed(E, 1), link(E, 3, 2, true)]],
    ['whose other voter is blank', [...LED, killed(E, 1), wiped(E, 2), starts(E, 2), recovers(E, 2)]],
    [
      'whose other voter is another replica by now',
      [
        ...LED.slice(0, -2),
        appends(1, 1, 1, { ...voters(1, 2, 3), replicas: ids(1, 2, 3).map((node) => ({ node, replicaId: node })) }),
        ...[commits(2, 1, 1), killed(E, 1), wiped(E, 2), starts(E, 2), recovers(E, 2), created(E, 2, 9)],
      ],
    ],
    [
      'without a majority of the voters that it is asked to have',
      [...LED, appends(E, 2, 2, { ...voters(2, 4, 5), votersOutgoing: ids(1, 2, 3) }), killed(E, 1)].concat(
        appends(E, 3, 2, { ...voters(2, 4, 5), votersOutgoing: ids(1, 2, 3) }),
      ),
    ],
  ])('%s', (_, events) => expect(outages(events, 9 * E)).toEqual([]));

  test('could from when the voters were its own', () => {
    const joint = { ...voters(2, 3, 4), votersOutgoing: ids(1, 2, 3) };
    const events = [...LED, starts(3, 4), recovers(3, 4), holds(3, 4, voters(1, 2, 3))];
    const changed = [...events, appends(E, 1, 2, joint), commits(E, 1, 2), killed(E, 1), killed(E, 2)];
    expect(outages(changed, 9 * E)).toEqual([]);
    const left = [...events, appends(E, 1, 2, voters(2, 3, 4)), commits(E, 1, 2), killed(E, 1), killed(E, 2)];
    expect(outages(left, 9 * E)).toEqual([`3 4 from ${E}`]);
  });
});

test('what is wrong is told in words', () => {
  const outage = { shard: S0, majority: ids(2, 3), fromUs: 1_500_000, toUs: 2_600_000 };
  expect(outageText(outage)).toBe('s0 refused service from 1.5 s to 2.6 s, although n2 n3 could have served');
});
