import { assert, must } from '../../base/assert.ts';
import type { LogIndex, Micros, NodeId, Term } from '../../base/ids.ts';
import { type Configuration, decodeConfiguration, isQuorum } from '../configuration.ts';
import { sameConfiguration } from '../configuration-change.ts';
import type { OutgoingRaftMessage } from '../message.ts';
import type { RaftGroup } from '../raft-group.ts';
import type { ReadState, Ready } from '../ready.ts';
import type { Host } from './network.ts';

interface PlacedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/** Watches a whole group from outside and throws at the first thing that Raft promises never happens (Figure 3, and durability). */
export class Invariants {
  private readonly leaders = new Map<Term, NodeId>();
  /** Term of the committed entry at each index; position 0 is unused. */
  readonly committedTerms: Term[] = [0];
  /** Term in which each of them became known to be committed; a leader of a later term must have it. */
  private readonly commitTerms: Term[] = [0];
  /** Those that are committed, in the order of their entries. */
  private readonly configurations: PlacedConfiguration[] = [];
  /** The largest commit index anywhere when a read was asked for. */
  private readonly readFloor = new Map<string, LogIndex>();

  readAsked(node: NodeId, context: number): void {
    this.readFloor.set(`${node}/${context}`, this.committedTerms.length - 1);
  }

  readConfirmed(node: NodeId, read: ReadState): void {
    const floor = must(this.readFloor.get(`${node}/${read.context}`), 'a read is confirmed once and was asked for');
    this.readFloor.delete(`${node}/${read.context}`);
    assert(read.index >= floor, `stale read: index ${read.index}, but ${floor} was committed before it was asked for`);
  }

  /** On the ground of a lease: everything committed by now must be in it. */
  leaseRead(node: NodeId, index: LogIndex): void {
    const floor = this.committedTerms.length - 1;
    assert(index >= floor, `stale read by the lease of n${node}: index ${index}, but ${floor} is committed`);
  }

  /** What leaves after its write must be covered by the disk, wherever the group put it. */
  messageLeft(host: Host, { to, message }: OutgoingRaftMessage): void {
    const { hardState, entries } = host.disk;
    if (message.type === 'RequestVoteResponse' && message.voteGranted && !message.preVote) {
      const { currentTerm, votedFor } = hardState;
      const durable = currentTerm > message.term || (currentTerm === message.term && votedFor === to);
      assert(durable, 'vote sent before it is durable');
    }
    if (message.type === 'AppendEntriesResponse' && message.success) {
      assert(entries.length >= message.index, 'success sent before the entries are durable');
    }
  }

  handedOut(host: Host, ready: Ready): void {
    for (const entry of ready.committed) {
      assert(host.disk.entries[entry.index - 1]?.term === entry.term, 'applied before the own record is durable');
      assert(this.committedTerms[entry.index] === entry.term, 'state machine safety: applied what is not committed');
    }
  }

  /** What a log forgets is committed, and applied there. */
  compacted({ id, group }: Host): void {
    const { index, term } = group.base;
    assert(index <= group.appliedIndex, `compaction: n${id} forgot entry ${index} before it was applied`);
    assert(index === 0 || this.committedTerms[index] === term, `compaction: n${id} forgot uncommitted entry ${index}`);
  }

  check(hosts: readonly Host[], localUs: (id: NodeId) => Micros): void {
    checkLeases(
      hosts.filter(({ alive, group }) => alive && group.role === 'leader'),
      localUs,
    );
    for (const host of hosts) {
      if (!host.alive) continue;
      this.checkElectionSafety(host);
      this.checkConfiguration(host);
      this.checkCommitted(host, hosts);
    }
    for (const host of hosts) {
      if (host.alive && host.group.role === 'leader') this.checkLeaderCompleteness(host);
    }
    checkLogMatching(hosts.filter((host) => host.alive));
  }

  private checkElectionSafety({ id, group }: Host): void {
    if (group.role !== 'leader') return;
    const leader = this.leaders.get(group.currentTerm) ?? id;
    assert(leader === id, `election safety: n${leader} and n${id} both lead term ${group.currentTerm}`);
    this.leaders.set(group.currentTerm, id);
  }

  private checkCommitted({ group, initial }: Host, hosts: readonly Host[]): void {
    const known = Math.min(group.commitIndex, this.committedTerms.length - 1);
    for (let index = group.base.index + 1; index <= known; index++) {
      assert(
        group.termAt(index) === this.committedTerms[index],
        `state machine safety: another entry committed at ${index}`,
      );
    }
    const inLog = this.configurationsOf(group, initial);
    for (let index = known + 1; index <= group.commitIndex; index++) {
      const term = must(group.termAt(index), 'a committed entry is in the log');
      const holders = hosts.filter((host) => host.disk.entries[index - 1]?.term === term).map(({ id }) => id);
      // It was committed by the one in force when it was appended, or by a later one.
      const since = inLog.filter((_, at) => (inLog[at + 1]?.index ?? Number.POSITIVE_INFINITY) > index);
      const agreed = since.some(({ configuration }) => isQuorum(configuration, (node) => holders.includes(node)));
      assert(agreed, `committed ${index} is on the disks of n${holders.join(' n')} only`);
      this.committedTerms.push(term);
      this.commitTerms.push(group.currentTerm);
      this.configurations.push(...inLog.filter((placed) => placed.index === index));
    }
  }

  /** What is in force is the latest in the log (dissertation §4.1): nothing of a snapshot that was replaced, nothing that was truncated. */
  private checkConfiguration({ id, group, initial }: Host): void {
    const latest = this.configurationsOf(group, initial).at(-1)?.configuration;
    const same = latest !== undefined && sameConfiguration(latest, group.configuration);
    assert(same, `configuration: n${id} goes by another than the latest in its log`);
  }

  /** Those of a log, and before them the one in force at its base, as it was committed. */
  private configurationsOf(group: RaftGroup, initial: Configuration): readonly PlacedConfiguration[] {
    const { base } = group;
    const atBase = this.configurations.findLast(({ index }) => index <= base.index);
    const all = [{ index: 0, configuration: atBase?.configuration ?? initial }];
    for (let index = base.index + 1; index <= group.lastIndex; index++) {
      const { kind, command } = must(group.entry(index), 'inside the log');
      if (kind === 'configuration') all.push({ index, configuration: decodeConfiguration(command) });
    }
    return all;
  }

  /** An older leader may not know yet of what a newer one committed; every newer one has to. */
  private checkLeaderCompleteness({ group }: Host): void {
    for (let index = group.base.index + 1; index < this.committedTerms.length; index++) {
      if ((this.commitTerms[index] as Term) >= group.currentTerm) continue;
      const held = group.termAt(index) === this.committedTerms[index];
      assert(held, `leader completeness: leader of term ${group.currentTerm} lacks ${index}`);
    }
  }
}

/** While a leader's lease lasts, nobody leads a later term: what others commit cannot pass it by. */
function checkLeases(leaders: readonly Host[], localUs: (id: NodeId) => Micros): void {
  for (const { id, group } of leaders) {
    if (group.leaseUntilUs <= localUs(id)) continue;
    const later = leaders.find((other) => other.group.currentTerm > group.currentTerm);
    assert(later === undefined, `lease safety: n${later?.id} leads while the lease of n${id} lasts`);
  }
}

function checkLogMatching(hosts: readonly Host[]): void {
  for (const a of hosts) {
    for (const b of hosts) {
      if (a.id >= b.id) continue;
      const first = Math.max(a.group.base.index, b.group.base.index);
      let index = Math.min(a.group.lastIndex, b.group.lastIndex);
      while (index > first && a.group.termAt(index) !== b.group.termAt(index)) index--;
      for (; index > first; index--) {
        const equal = sameEntry(a, b, index);
        assert(equal, `log matching: n${a.id} and n${b.id} agree later but differ at ${index}`);
      }
    }
  }
}

function sameEntry(a: Host, b: Host, index: LogIndex): boolean {
  const x = must(a.group.entry(index), 'inside the log');
  const y = must(b.group.entry(index), 'inside the log');
  return x.term === y.term && x.kind === y.kind && x.command.join() === y.command.join();
}
