import { murmur3Bytes } from '../core/base/hash.ts';
import type { LogIndex, Micros, ShardId, Term } from '../core/base/ids.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import { decodeCommand } from '../core/node/command.ts';
import { deadlineOfWrite, keyWritesOf } from '../core/node/message.ts';
import type { Entry } from '../core/raft/entry.ts';
import { DamagedReplicas } from './damaged-replicas.ts';
import { InvariantTally } from './invariant-tally.ts';
import type { Violation } from './invariants.ts';

/** What a key came to with an entry; `hash` undefined: it was gone. */
interface Version {
  readonly index: LogIndex;
  readonly hash: number | undefined;
}

interface ShardStates {
  /** Those that nobody has applied, by index and then by term. */
  readonly entries: Map<LogIndex, Map<Term, Entry>>;
  /** By key, as text; ascending. */
  readonly versions: Map<string, Version[]>;
  /** When each value expires, in log time. */
  readonly deadlines: Map<string, Micros>;
  /** None of them is before. */
  earliestDeadlineUs: Micros;
  appliedIndex: LogIndex;
  /** Every entry from the first one on was seen. */
  isWhole: boolean;
}

const NEVER: Micros = Number.POSITIVE_INFINITY;
/** Of a key: a read of what was before is not judged. */
const VERSIONS_MAX = 200;
/** Of a shard: where there are more, its reads are not judged any more. */
const KEYS_MAX = 20_000;

/**
 * Whatever the ground of a read is, and however stale it may be: the value is the one that the shard's log had put there with the entry that the answer names
 * as applied (a prefix of the log, and no mixture). Works out of the committed entries what each key holds, as the state machine does.
 */
export class ReadStateInvariant {
  private readonly shards = new Map<ShardId, ShardStates>();
  /** By operation. */
  private readonly asked = new Map<number, { readonly key: string; readonly atUs: Micros }>();
  private readonly tally: InvariantTally;
  private readonly damaged: DamagedReplicas;

  /** @param damaged what these tell nobody answers for: no checksum shows it, and no check has found it yet */
  constructor(tally = new InvariantTally(), damaged = new DamagedReplicas()) {
    this.tally = tally;
    this.damaged = damaged;
  }

  check(event: TraceEvent): Violation | undefined {
    switch (event.type) {
      case 'EntriesAppended':
      case 'ReplicaRecovered':
        this.keep(event.shard, event.entries);
        return undefined;
      case 'EntryApplied':
        this.applied(event);
        return undefined;
      case 'OperationInvoked':
        if (event.operation.type === 'Get')
          this.asked.set(event.id, { key: keyText(event.operation.key), atUs: event.timeUs });
        return undefined;
      case 'OperationCompleted':
        return this.completed(event);
      case 'ActionTaken':
        if (event.action.type === 'Reload') this.asked.clear();
        return undefined;
      default:
        return undefined;
    }
  }

  private keep(shard: ShardId, entries: readonly Entry[]): void {
    const states = this.ofShard(shard);
    for (const entry of entries) {
      const { index, term } = entry;
      if (index <= states.appliedIndex) continue;
      const terms = states.entries.get(index);
      if (terms === undefined) states.entries.set(index, new Map([[term, entry]]));
      else terms.set(term, entry);
    }
  }

  /** By whoever is the first. */
  private applied({ shard, index, term, wrote }: Extract<TraceEvent, { readonly type: 'EntryApplied' }>): void {
    const states = this.ofShard(shard);
    if (index <= states.appliedIndex) return;
    const entry = states.entries.get(index)?.get(term);
    if (index !== states.appliedIndex + 1 || entry === undefined) {
      // It has not seen the run from its beginning.
      states.isWhole = false;
      states.versions.clear();
      states.deadlines.clear();
      for (const before of states.entries.keys()) if (before < index) states.entries.delete(before);
    }
    states.appliedIndex = index;
    states.entries.delete(index);
    if (entry === undefined) return;
    if (states.earliestDeadlineUs <= entry.stampUs) expire(states, entry);
    const command = wrote === true ? decodeCommand(entry.command) : undefined;
    if (command?.type !== 'Write') return;
    for (const write of keyWritesOf(command.write)) {
      const hash = write.type === 'Delete' ? undefined : hashOf(write.value);
      put(states, keyText(write.key), { index, hash }, deadlineOfWrite(write, entry.stampUs));
    }
    if (states.versions.size > KEYS_MAX) {
      states.isWhole = false;
      states.versions.clear();
    }
  }

  private completed({
    id,
    timeUs,
    outcome,
  }: Extract<TraceEvent, { readonly type: 'OperationCompleted' }>): Violation | undefined {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (asked === undefined || outcome.status !== 'ok' || outcome.result.type !== 'Value') return undefined;
    const { shard, node, appliedIndex, ground, result } = outcome;
    if (this.damaged.mayHaveTold(node, asked.atUs, timeUs)) return undefined;
    const states = this.ofShard(shard);
    if (appliedIndex === undefined || appliedIndex > states.appliedIndex) return undefined;
    const versions = states.versions.get(asked.key) ?? [];
    const version = versions.findLast(({ index }) => index <= appliedIndex);
    const isKnown = version !== undefined || (states.isWhole && versions.length < VERSIONS_MAX);
    if (!isKnown) return undefined;
    this.tally.judged('ReadState');
    const hash = result.value === undefined ? undefined : hashOf(result.value);
    if (hash === version?.hash) return undefined;
    const held = version === undefined ? 'nothing' : `what entry ${version.index} had put there`;
    const detail = `n${node} answered a read of s${shard} (${ground}) at applied entry ${appliedIndex} with another value than the log says: ${held}`;
    return { invariant: 'ReadState', detail };
  }

  private ofShard(shard: ShardId): ShardStates {
    let states = this.shards.get(shard);
    if (states === undefined) {
      states = {
        entries: new Map(),
        versions: new Map(),
        deadlines: new Map(),
        earliestDeadlineUs: NEVER,
        appliedIndex: 0,
        isWhole: true,
      };
      this.shards.set(shard, states);
    }
    return states;
  }
}

function expire(states: ShardStates, { index, stampUs }: Entry): void {
  const { deadlines } = states;
  for (const [key, deadlineUs] of deadlines)
    if (deadlineUs <= stampUs) put(states, key, { index, hash: undefined }, undefined);
  states.earliestDeadlineUs = Math.min(NEVER, ...deadlines.values());
}

function put(states: ShardStates, key: string, version: Version, deadlineUs: Micros | undefined): void {
  const { versions, deadlines } = states;
  const known = versions.get(key);
  if (known === undefined) versions.set(key, [version]);
  else if (known.push(version) > VERSIONS_MAX) known.shift();
  if (deadlineUs === undefined) deadlines.delete(key);
  else deadlines.set(key, deadlineUs);
  if (deadlineUs !== undefined && deadlineUs < states.earliestDeadlineUs) states.earliestDeadlineUs = deadlineUs;
}

const keyText = (key: Uint8Array): string => String.fromCharCode(...key);
const hashOf = (value: Uint8Array): number => murmur3Bytes(value, value.length);
