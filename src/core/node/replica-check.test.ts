import { describe, expect, test } from 'vitest';
import { must } from '../base/assert.ts';
import { type NodeId, nodeId, shardId } from '../base/ids.ts';
import type { NodeLimits } from './config.ts';
import { replicaIn } from './testing/damage.ts';
import { bytes, cas, put, TestCluster } from './testing/test-cluster.ts';
import type { NodeEvent, RowDamage } from './trace-event.ts';

const S0 = shardId(0);
const QUIET: Partial<NodeLimits> = { checkIntervalUs: 0 };

/** Three replicas of one shard, with keys k0 … */
function founded(options: { keys?: number; limits?: Partial<NodeLimits>; seed?: number } = {}) {
  const cluster = new TestCluster({ seed: options.seed ?? 1, limits: { ...QUIET, ...options.limits } });
  const session = cluster.register(S0);
  let sequence = 0;
  const write = (key: string, value: string) => cluster.write(S0, session, ++sequence, put(key, value));
  for (let i = 0; i < (options.keys ?? 20); i++) write(`k${i}`, `v${i}`);
  cluster.run(200_000);
  const leader = cluster.leaderOf(S0);
  const followers = [1, 2, 3].map(nodeId).filter((id) => id !== leader);
  return { cluster, leader, followers, session, write, nextSequence: () => ++sequence };
}

const damage = (cluster: TestCluster, id: NodeId, key: string, how: RowDamage = 'change'): void =>
  cluster.input(id, { type: 'RowDamageAsked', shard: S0, key: bytes(key), damage: how });
const check = (cluster: TestCluster): void => cluster.input(cluster.leaderOf(S0), { type: 'CheckAsked', shard: S0 });

function all<T extends NodeEvent['type']>(cluster: TestCluster, type: T) {
  return [1, 2, 3].flatMap((id) => cluster.eventsOf(id, type).map((event) => ({ node: nodeId(id), ...event })));
}

function expectEqualRoots(cluster: TestCluster): void {
  const roots = [1, 2, 3].map((id) => must(cluster.rootsOf(id)[0], 'a replica of the shard'));
  for (const { appliedIndex, root, staleLeaves } of roots) {
    expect(appliedIndex).toBe(roots[0]?.appliedIndex);
    expect(root).toEqual(roots[0]?.root);
    expect(staleLeaves).toEqual([]);
  }
}

const repaired = (cluster: TestCluster) => () => all(cluster, 'ReplicaRepaired').length > 0;

describe('a check', () => {
  test('of replicas that hold the same says so, at one entry of the log, and changes nothing', () => {
    const { cluster, leader } = founded();
    check(cluster);
    cluster.run(200_000);
    const [started] = cluster.eventsOf(leader, 'CheckStarted');
    const [completed] = cluster.eventsOf(leader, 'CheckCompleted');
    expect(completed).toMatchObject({ verdict: 'equal', index: started?.index, damaged: [], missing: [] });
    expect(new Set(completed?.roots.map(({ root }) => root)).size).toBe(1);
    expect(completed?.roots).toHaveLength(3);
    expect(all(cluster, 'ReplicaQuarantined')).toEqual([]);
    expect(cluster.stateOf(leader, S0)?.index, 'no verdict follows').toBe(started?.index);
  });

  test('goes by those that answer: where one is down, by the other two after a while', () => {
    const { cluster, leader, followers } = founded();
    cluster.kill(followers[0]!);
    check(cluster);
    cluster.run(3_000_000);
    expect(cluster.eventsOf(leader, 'CheckCompleted')).toMatchObject([{ verdict: 'equal', missing: [followers[0]] }]);
  });

  test('asks again for what was lost', () => {
    const { cluster, leader } = founded();
    let lost = 0;
    cluster.onWire = (message) =>
      message.type === 'RootTold' && lost++ < 3 ? { type: 'RootAsked', shard: S0, index: 0 } : message;
    check(cluster);
    cluster.run(600_000);
    expect(lost).toBeGreaterThan(3);
    expect(cluster.eventsOf(leader, 'CheckCompleted')).toMatchObject([{ verdict: 'equal', missing: [] }]);
  });

  test('comes by itself, and not at all where the interval is 0', () => {
    const often = founded({ limits: { checkIntervalUs: 1_000_000 } });
    often.cluster.run(5_500_000);
    expect(all(often.cluster, 'CheckCompleted').length).toBeGreaterThanOrEqual(4);
    expect(all(often.cluster, 'CheckCompleted').every(({ verdict }) => verdict === 'equal')).toBe(true);
    const never = founded();
    never.cluster.run(5_000_000);
    expect(all(never.cluster, 'CheckStarted')).toEqual([]);
    never.cluster.at(never.leader).node?.setIntervals({ checkIntervalUs: 1_000_000, scrubIntervalUs: 0 });
    never.cluster.run(2_000_000);
    expect(all(never.cluster, 'CheckCompleted').length).toBeGreaterThan(0);
  });

  test('by the clock waits while somebody does not answer', () => {
    const { cluster, followers } = founded({ limits: { checkIntervalUs: 1_000_000 } });
    cluster.kill(followers[0]!);
    cluster.run(500_000);
    const before = all(cluster, 'CheckStarted').length;
    cluster.run(5_000_000);
    expect(all(cluster, 'CheckStarted')).toHaveLength(before);
  });
});

describe('a damaged replica', () => {
  test.each<RowDamage>(['change', 'drop'])('that follows is found and repaired by the leaf that differs: %s', (how) => {
    const { cluster, leader, followers, write } = founded({ keys: 200 });
    const [victim] = followers as [NodeId];
    check(cluster);
    cluster.run(200_000);
    // Whoever has hashed everything before must not believe it.
    damage(cluster, victim, 'k7', how);
    check(cluster);
    cluster.until('it is repaired', repaired(cluster));
    expect(cluster.eventsOf(leader, 'CheckCompleted')).toMatchObject([
      { verdict: 'equal' },
      { verdict: 'outvoted', damaged: [victim] },
    ]);
    expect(all(cluster, 'ReplicaQuarantined')).toMatchObject([{ node: victim }]);
    expect(all(cluster, 'ReplicaRepaired')).toMatchObject([
      { node: victim, by: 'walk', leaves: 1, hashes: 65, written: 1 },
    ]);
    const walked = cluster.eventsOf(victim, 'MerkleWalked');
    expect(walked.map(({ asked, count }) => [asked, asked === 'rows' ? 0 : count])).toEqual([
      ['root', 1],
      ['inner', 32],
      ['leaves', 32],
      ['rows', 0],
    ]);
    expect(all(cluster, 'ReplicaRepaired')[0]?.keys).toBeLessThan(20);
    for (const { asked, own, theirs, differing } of walked) {
      if (asked === 'rows') continue;
      const unequal = own.flatMap((word, place) => (word === theirs[place] ? [] : [place]));
      // Of leaves the numbers are those of the tree, and the words those of the one inner node that was asked for.
      expect(unequal, asked).toEqual(asked === 'leaves' ? differing.map((leaf) => leaf % 32) : differing);
      expect(unequal).toHaveLength(1);
    }
    const [replaced] = cluster.eventsOf(victim, 'RowsReplaced');
    const changed = how === 'change' ? bytes('v!') : undefined;
    expect(replaced).toMatchObject({ from: leader, differing: 1, rows: [{ key: bytes('k7'), own: changed }] });
    expect(replaced?.rows[0]?.theirs).toEqual(bytes('v7'));
    expect(replaced?.rows[0]?.leaf).toBe(walked[2]?.differing[0]);
    expect((replaced?.equal ?? 0) + (replaced?.rows.length ?? 0)).toBe(walked[3]?.count);
    // Every row is read for a check; those of 200 keys are more than 200, sessions and the summary among them.
    const built = cluster.eventsOf(victim, 'MerkleTreeBuilt');
    expect(built.length).toBeGreaterThanOrEqual(4);
    expect(built.every(({ rows, bytes: size }) => rows > 199 && size > 200 * 4)).toBe(true);
    write('k7', 'later');
    cluster.run(500_000);
    expectEqualRoots(cluster);
  });

  test('raft bug 49: that leads is outvoted, hands over and is repaired by who leads then; what it would have answered is never told', () => {
    const { cluster, leader, session, nextSequence } = founded();
    damage(cluster, leader, 'k3');
    check(cluster);
    cluster.until('it is quarantined', () => all(cluster, 'ReplicaQuarantined').length > 0);
    expect(all(cluster, 'ReplicaQuarantined')).toMatchObject([{ node: leader }]);
    // A read and a write that come now are not answered from what it holds.
    const read = cluster.send(leader, S0, { type: 'Get', key: bytes('k3') });
    const request = { type: 'Write', session, sequence: nextSequence(), write: cas('k3', 'v3', 'w') } as const;
    const written = cluster.send(leader, S0, request);
    cluster.until('it is repaired', repaired(cluster));
    expect(cluster.replies.get(read)).toMatchObject({ type: 'Quarantined' });
    expect(cluster.replies.get(written)?.type).not.toBe('Written');
    expect(cluster.leaderOf(S0)).not.toBe(leader);
    expect(all(cluster, 'ReplicaRepaired')).toMatchObject([{ node: leader, by: 'walk' }]);
    expect(cluster.get('k3')).toBe('v3');
    cluster.run(500_000);
    expectEqualRoots(cluster);
  });

  test('nobody is outvoted where all three differ: an alarm, and nothing is repaired', () => {
    const { cluster, leader, followers } = founded();
    damage(cluster, followers[0]!, 'k1');
    damage(cluster, followers[1]!, 'k2');
    damage(cluster, leader, 'k3');
    check(cluster);
    cluster.run(3_000_000);
    expect(cluster.eventsOf(leader, 'CheckCompleted')).toMatchObject([{ verdict: 'undecided', damaged: [] }]);
    expect(all(cluster, 'ReplicaQuarantined')).toEqual([]);
    expect(all(cluster, 'RepairStarted')).toEqual([]);
  });

  test('serves no hedged read while it is quarantined, and does again when it is repaired', () => {
    const { cluster, followers } = founded();
    const [victim] = followers as [NodeId];
    const hedge = () => cluster.send(victim, S0, { type: 'Get', key: bytes('k5'), hedge: true });
    damage(cluster, victim, 'k5');
    const before = hedge();
    cluster.run(100_000);
    expect(cluster.replies.get(before), 'nobody knows yet').toMatchObject({ type: 'Value', value: bytes('v!') });
    // Nobody answers its questions: it stays in quarantine.
    cluster.onWire = (message) =>
      message.type === 'MerkleTold' ? { type: 'RootAsked', shard: S0, index: 0 } : message;
    check(cluster);
    cluster.until('it is quarantined', () => all(cluster, 'ReplicaQuarantined').length > 0);
    const during = hedge();
    const forItself = cluster.send(victim, S0, { type: 'ReplicaGet', key: bytes('k5'), appliedIndex: 0, waitUs: 0 });
    cluster.run(400_000);
    expect(cluster.replies.get(forItself), 'nor is it one of a quorum').toMatchObject({
      type: 'Quarantined',
      reason: 'outvoted',
    });
    expect(cluster.replies.get(during)).toMatchObject({ type: 'Quarantined' });
    cluster.onWire = (message) => message;
    cluster.until('it is repaired', repaired(cluster));
    const after = hedge();
    cluster.run(100_000);
    expect(cluster.replies.get(after)).toMatchObject({ type: 'Value', value: bytes('v5') });
  });

  test('does not tell either what it was reading when it was quarantined', () => {
    const { cluster, leader } = founded({ keys: 60, limits: { blockCacheBytes: 0, memTableBytesMax: 512 } });
    cluster.run(500_000);
    damage(cluster, leader, 'k3');
    cluster.run(500_000);
    let isHeldUp = true;
    cluster.onWire = (message) =>
      message.type === 'RootTold' && isHeldUp ? { type: 'RootAsked', shard: S0, index: 0 } : message;
    check(cluster);
    cluster.run(300_000);
    cluster.at(leader).holdReads = true;
    const read = cluster.send(leader, S0, { type: 'Get', key: bytes('k3') });
    cluster.run(5_000);
    expect(cluster.at(leader).heldReads.length).toBeGreaterThan(0);
    isHeldUp = false;
    cluster.until('it is quarantined', () => all(cluster, 'ReplicaQuarantined').length > 0);
    expect(cluster.replies.has(read)).toBe(false);
    cluster.completeReads(leader);
    cluster.until('it is answered', () => cluster.replies.has(read));
    expect(cluster.replies.get(read)).toMatchObject({ type: 'Quarantined' });
    cluster.until('it is repaired', repaired(cluster));
  });

  test('is not quarantined by a verdict about a moment before it was repaired', () => {
    const { cluster, leader, followers } = founded();
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    const lost: string[] = ['RepairAsked'];
    const withheld = { type: 'RootAsked', shard: S0, index: 0 } as const;
    cluster.onWire = (message) => (lost.includes(message.type) ? withheld : message);
    check(cluster);
    cluster.until('it is quarantined', () => all(cluster, 'ReplicaQuarantined').length > 0);
    // Another check comes to no end before the repair has.
    lost.push('RootTold');
    check(cluster);
    cluster.run(200_000);
    lost.splice(0, 1);
    cluster.until('it is repaired', repaired(cluster));
    lost.length = 0;
    cluster.until('the verdict', () => cluster.eventsOf(leader, 'CheckCompleted').length === 2);
    expect(cluster.eventsOf(leader, 'CheckCompleted').at(-1)).toMatchObject({ verdict: 'equal', missing: [victim] });
    cluster.run(500_000);
    expect(all(cluster, 'ReplicaQuarantined')).toHaveLength(1);
    expectEqualRoots(cluster);
  });

  test('is repaired at one entry whatever is written meanwhile, and has what was written as well', () => {
    const { cluster, followers, write } = founded({ keys: 60, limits: { bytesPerAppendMax: 64 } });
    const [victim] = followers as [NodeId];
    for (let i = 0; i < 30; i++) damage(cluster, victim, `k${i}`, i % 2 === 0 ? 'drop' : 'change');
    check(cluster);
    cluster.until('it stands', () => all(cluster, 'RepairStarted').length > 0);
    // No rows arrive before the leader has other ones.
    cluster.onWire = (message) =>
      message.type === 'MerkleTold' && message.answer.type === 'rows'
        ? { type: 'RootAsked', shard: S0, index: 0 }
        : message;
    for (let i = 0; i < 10; i++) write(`k${i}`, `new${i}`);
    expect(all(cluster, 'ReplicaRepaired')).toEqual([]);
    cluster.onWire = (message) => message;
    cluster.until('it is repaired', repaired(cluster));
    cluster.run(500_000);
    expect(all(cluster, 'RepairStarted')).toHaveLength(1);
    expect(all(cluster, 'ReplicaRepaired')[0]?.written).toBeGreaterThanOrEqual(30);
    expectEqualRoots(cluster);
    for (const id of [1, 2, 3]) expect(cluster.stateOf(id, S0)).toEqual(cluster.stateOf(1, S0));
  });

  test('whose compare-and-set came out otherwise gets the session’s answer and the counters of the others too', () => {
    const { cluster, followers, session, nextSequence } = founded();
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k4');
    expect(cluster.write(S0, session, nextSequence(), cas('k4', 'v4', 'swapped'))).toMatchObject({
      answer: { type: 'Ok' },
    });
    damage(cluster, victim, 'k9', 'drop');
    cluster.write(S0, session, nextSequence(), put('k9', 'again'));
    cluster.run(200_000);
    expect(cluster.stateOf(victim, S0)?.stateHash).not.toBe(cluster.stateOf(cluster.leaderOf(S0), S0)?.stateHash);
    check(cluster);
    cluster.until('it is repaired', repaired(cluster));
    cluster.write(S0, session, nextSequence(), put('k4', 'after'));
    cluster.run(500_000);
    for (const id of [1, 2, 3]) expect(cluster.stateOf(id, S0)).toEqual(cluster.stateOf(1, S0));
    expectEqualRoots(cluster);
  });
});

describe('a repair that is disturbed', () => {
  test('the replica that stands is killed: it is quarantined still, and is repaired at another entry', () => {
    const { cluster, followers } = founded({ limits: { memTableBytesMax: 1024 } });
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    cluster.run(100_000);
    check(cluster);
    cluster.until('it stands', () => all(cluster, 'RepairStarted').length > 0);
    cluster.run(20_000);
    const ofFirst = all(cluster, 'ReplicaRepaired').length;
    cluster.kill(victim);
    cluster.revive(victim);
    expect(cluster.eventsOf(victim, 'ReplicaRecovered').at(-1)).toMatchObject({ isQuarantined: true });
    const read = cluster.send(victim, S0, { type: 'Get', key: bytes('k2'), hedge: true });
    cluster.run(5_000);
    expect(cluster.replies.get(read)).toMatchObject({ type: 'Quarantined' });
    cluster.until('it is repaired', () => all(cluster, 'ReplicaRepaired').length > ofFirst);
    cluster.run(500_000);
    expectEqualRoots(cluster);
  });

  test('quarantine ends on the disk only with what repaired it: after a crash before the flush it is repaired again', () => {
    const { cluster, followers, write } = founded();
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    cluster.run(100_000);
    check(cluster);
    cluster.until('it is repaired', repaired(cluster));
    cluster.run(50_000);
    cluster.kill(victim);
    cluster.revive(victim);
    expect(cluster.eventsOf(victim, 'ReplicaRecovered').at(-1)).toMatchObject({ isQuarantined: true });
    cluster.until('it is repaired', () => all(cluster, 'ReplicaRepaired').length === 2);
    write('k2', 'later');
    cluster.run(100_000);
    cluster.input(victim, { type: 'FlushAsked' });
    cluster.run(300_000);
    cluster.kill(victim);
    cluster.revive(victim);
    expect(cluster.eventsOf(victim, 'ReplicaRecovered').at(-1)).not.toHaveProperty('isQuarantined');
    cluster.run(1_000_000);
    expectEqualRoots(cluster);
  });

  test('does not begin before the quarantine is on the disk, though its entry comes right behind the verdict', () => {
    const { cluster, leader, followers } = founded();
    const [victim] = followers as [NodeId];
    const { replicaId } = replicaIn(cluster.at(victim), S0).scope;
    damage(cluster, victim, 'k2');
    check(cluster);
    cluster.until('the verdict', () => cluster.eventsOf(leader, 'CheckCompleted').length > 0);
    // Somebody asks for the entry while nothing reaches the replica: it gets and applies both at once.
    cluster.isolated.add(victim);
    const asked = { type: 'RepairAsked', shard: S0, replicaId, after: 0 } as const;
    cluster.input(leader, { type: 'MessagesReceived', from: victim, messages: [asked] });
    cluster.run(50_000);
    cluster.isolated.delete(victim);
    cluster.until('it is quarantined', () => all(cluster, 'ReplicaQuarantined').length > 0);
    const [verdict, repair] = cluster.eventsOf(victim, 'EntryApplied').slice(-2);
    expect(verdict?.index).toBe(must(cluster.eventsOf(leader, 'CheckCompleted')[0], 'it is over').index + 1);
    expect(repair?.index).toBe(cluster.stateOf(leader, S0)?.index);
    expect(cluster.at(victim).pendingWrites.length).toBeGreaterThan(0);
    expect(all(cluster, 'RepairStarted')).toEqual([]);
    cluster.until('it is repaired', repaired(cluster));
    cluster.run(500_000);
    expectEqualRoots(cluster);
  });

  test('the leader dies under it: it goes on, quarantined, and another leader repairs it', () => {
    const { cluster, leader, followers } = founded();
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    check(cluster);
    cluster.until('it stands', () => all(cluster, 'RepairStarted').length > 0);
    cluster.kill(leader);
    cluster.until('it gives up', () => all(cluster, 'RepairAbandoned').length > 0);
    cluster.until('it is repaired', repaired(cluster), 20_000_000);
    expect(all(cluster, 'RepairAbandoned')).toMatchObject([{ node: victim, reason: 'no answer' }]);
    expect(cluster.leaderOf(S0), 'it stands for election last of all').not.toBe(victim);
    cluster.revive(leader);
    cluster.run(2_000_000);
    expectEqualRoots(cluster);
  });

  test('answers that are lost are asked for again; a source that has forgotten is left', () => {
    const { cluster, followers } = founded();
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    let told = 0;
    cluster.onWire = (message) =>
      message.type === 'MerkleTold' && ++told % 2 === 1 ? { type: 'RootAsked', shard: S0, index: 0 } : message;
    check(cluster);
    cluster.until('it is repaired', repaired(cluster));
    expect(told).toBeGreaterThan(4);
    expect(all(cluster, 'RepairStarted')).toHaveLength(1);
    damage(cluster, victim, 'k3');
    cluster.onWire = (message) =>
      message.type === 'MerkleTold' && told++ < 20 ? { ...message, answer: { type: 'gone' } } : message;
    told = 0;
    check(cluster);
    cluster.until('it is repaired', () => all(cluster, 'ReplicaRepaired').length === 2);
    expect(all(cluster, 'RepairAbandoned').length).toBeGreaterThan(0);
    cluster.run(500_000);
    expectEqualRoots(cluster);
  });

  test('where the leaves’ rows do not make it equal twice, all rows are fetched', () => {
    const { cluster, followers } = founded();
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    damage(cluster, victim, 'k5', 'drop');
    let spoilt = 0;
    // As if the source had read nothing of these leaves.
    cluster.onWire = (message) =>
      message.type === 'MerkleTold' && message.answer.type === 'rows' && spoilt++ < 2
        ? { ...message, answer: { type: 'rows', rows: new Uint8Array(0), isLast: true } }
        : message;
    check(cluster);
    cluster.until('it is repaired', repaired(cluster));
    expect(spoilt).toBeGreaterThan(2);
    expect(all(cluster, 'ReplicaRepaired')).toMatchObject([{ by: 'all rows', leaves: 1025 }]);
    cluster.run(500_000);
    expectEqualRoots(cluster);
  });

  test('a snapshot takes its place: it is sound with it', () => {
    const { cluster, followers, write } = founded({ limits: { logKeptEntries: 0, memTableBytesMax: 512 } });
    const [victim] = followers as [NodeId];
    damage(cluster, victim, 'k2');
    cluster.onWire = (message) => (message.type === 'RepairAsked' ? { ...message, replicaId: 99 } : message);
    check(cluster);
    cluster.until('it is quarantined', () => all(cluster, 'ReplicaQuarantined').length > 0);
    cluster.isolated.add(victim);
    for (let i = 0; i < 40; i++) write(`m${i}`, 'x'.repeat(40));
    cluster.run(500_000);
    cluster.isolated.delete(victim);
    cluster.until('it is repaired', repaired(cluster));
    expect(all(cluster, 'ReplicaRepaired')).toMatchObject([{ node: victim, by: 'snapshot' }]);
    cluster.onWire = (message) => message;
    cluster.run(1_000_000);
    expectEqualRoots(cluster);
  });
});
