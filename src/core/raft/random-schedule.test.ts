import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandomStream } from '../base/random.ts';
import { MS, Network } from './testing/network.ts';

/**
 * Anything may happen to three or five replicas: messages late, twice, lost or out of order, syncs that hang, crashes that lose what was
 * not synced. `Invariants` looks at the whole group after every step; afterwards the group must still be able to agree.
 */
function runSchedule(seed: number, size: number, steps: number): Network {
  const random = createRandomStream(seed, 'schedule', 'test', 0);
  const raft = {
    entriesPerAppendMax: random.between(1, 4),
    inflightAppendsMax: random.between(1, 3),
    bytesPerAppendMax: random.between(1, 8),
  };
  const clockPpm = Array.from({ length: size }, () => random.between(-1, 1) * random.between(0, 50_000));
  const net = new Network(size, { seed, raft, clockPpm });
  const lossy = random.chance(0.5) ? 0.1 : 0;
  let context = 0;
  net.elect(1);
  for (let step = 0; step < steps; step++) {
    const id = random.between(1, size);
    const host = net.host(id);
    const leading = random.chance(0.5) ? (net.leader?.id ?? id) : id;
    const kind = random.between(0, 99);
    if (!host.alive) {
      if (kind < 30) net.restart(id);
    } else if (kind < 5) {
      net.nowUs += random.between(0, 60 * MS);
      net.group(id).tick(net.localUs(id));
      net.collect(host);
    } else if (kind < 9) net.timeout(id);
    else if (kind < 13) net.heartbeat(id);
    else if (kind < 20) net.propose(leading);
    else if (kind < 22) net.read(leading, ++context);
    else if (kind < 24) net.transfer(leading, random.between(1, size));
    else if (kind < 26) reconfigure(net, leading, random);
    else if (kind < 45) net.persist(id, random.between(1, 2));
    else if (kind < 46) net.crash(id, random.between(0, 2));
    else if (kind < 48) net.compact(id, host.group.appliedIndex - random.between(0, 5), random.chance(0.5));
    else exchange(net, random, lossy);
    for (const { id: reader, alive } of net.hosts) if (alive && net.leaseRead(reader)) net.leaseReads++;
  }
  return net;
}

/** Each replica votes, learns or is left out; somebody votes. */
function reconfigure(net: Network, leader: number, random: ReturnType<typeof createRandomStream>): void {
  const voters: number[] = [];
  const learners: number[] = [];
  for (const { id } of net.hosts) {
    const drawn = random.between(0, 3);
    if (drawn < 2) voters.push(id);
    else if (drawn === 2) learners.push(id);
  }
  if (voters.length > 0) net.reconfigure(leader, voters, learners);
}

function exchange(net: Network, random: ReturnType<typeof createRandomStream>, lossy: number): void {
  if (net.packets.length === 0) return;
  const at = random.chance(0.7) ? 0 : random.between(0, net.packets.length - 1);
  const packet = net.packets[at];
  if (random.chance(lossy)) net.packets.splice(at, 1);
  else if (packet !== undefined && random.chance(0.05)) net.packets.push(packet);
  net.deliver(random.chance(0.02) ? net.packets.length - 1 : at);
}

function recovers(net: Network): void {
  for (const host of net.hosts) if (!host.alive) net.restart(host.id);
  net.run(3000 * MS);
  const everyone = net.hosts.map(({ id }) => id);
  for (let round = 0; round < 3; round++) {
    net.reconfigure(net.leader?.id ?? 1, everyone);
    net.run(1000 * MS);
  }
  expect(net.leader?.group.configuration).toEqual({ voters: everyone, votersOutgoing: [], learners: [] });
  const before = net.invariants.committedTerms.length;
  const leader = net.leader;
  expect(leader).toBeDefined();
  net.propose(leader?.id ?? 1);
  net.run(200 * MS);
  expect(net.invariants.committedTerms.length).toBe(before + 1);
  for (const { group, applied, appliedBefore } of net.hosts) {
    expect(group.commitIndex).toBe(before);
    const expected = Array.from({ length: before - appliedBefore }, (_, i) => appliedBefore + i + 1);
    expect(applied.map((one) => one.index)).toEqual(expected);
  }
}

test('no schedule breaks election safety, lease safety, log matching, leader completeness, state machine safety or durability', () => {
  let committed = 0;
  let elections = 0;
  let reads = 0;
  let leaseReads = 0;
  let transfers = 0;
  let compactions = 0;
  let installs = 0;
  let joint = 0;
  let removedLeaders = 0;
  const schedule = fc.property(fc.integer(), fc.constantFrom(3, 3, 5), (seed, size) => {
    const net = runSchedule(seed, size, 2500);
    recovers(net);
    committed += net.invariants.committedTerms.length - 1;
    leaseReads += net.leaseReads;
    for (const host of net.hosts) {
      const led = host.events.filter(
        (event) => event.type === 'RoleChanged' && event.reason === 'leadership transfer' && event.role === 'candidate',
      );
      transfers += led.length;
      reads += host.reads.length;
      installs += host.installs;
      compactions += host.events.filter((event) => event.type === 'LogCompacted').length;
      joint += host.events.filter(
        (event) => event.type === 'ConfigurationChanged' && event.configuration.votersOutgoing.length > 0,
      ).length;
      removedLeaders += host.events.filter(
        (event) => event.type === 'RoleChanged' && event.reason === 'left the configuration',
      ).length;
      elections += host.events.filter((event) => event.type === 'RoleChanged' && event.role === 'leader').length;
    }
  });
  fc.assert(schedule, { numRuns: 150, seed: 20140619 });
  // A run in which nothing happened would prove nothing.
  expect(committed).toBeGreaterThan(3000);
  expect(elections).toBeGreaterThan(200);
  expect(reads).toBeGreaterThan(200);
  expect(leaseReads).toBeGreaterThan(2000);
  expect(transfers).toBeGreaterThan(100);
  expect(compactions).toBeGreaterThan(200);
  expect(installs).toBeGreaterThan(20);
  expect(joint).toBeGreaterThan(500);
  expect(removedLeaders).toBeGreaterThan(20);
});

test('the same seed gives the same run', () => {
  const trace = (seed: number) => runSchedule(seed, 3, 400).hosts.map((host) => JSON.stringify(host.events));
  expect(trace(7)).toEqual(trace(7));
  expect(trace(7)).not.toEqual(trace(8));
});
