import { expect, test } from 'vitest';
import { shardId } from '../base/ids.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { LsmEngine } from '../lsm/lsm-engine.ts';
import { MemoryDisk } from '../lsm/testing/memory-disk.ts';
import type { Entry } from '../raft/entry.ts';
import type { Command } from './command.ts';
import { CLASSROOM_LIMITS } from './config.ts';
import { StateMachine } from './state-machine.ts';
import { encodeCommand } from './write-command.ts';

/** No block stays in memory: whatever is in a table has to be read. */
const LIMITS = { ...CLASSROOM_LIMITS, blockCacheBytes: 1 };

const entry = (index: number, command: Command): Entry => ({
  term: 1,
  index,
  kind: 'command',
  stampUs: index,
  command: encodeCommand(command),
});
const put = (index: number, sequence: number, value: string): Entry =>
  entry(index, {
    type: 'Write',
    session: 1,
    sequence,
    write: { type: 'Put', key: encodeUtf8('k'), value: encodeUtf8(value) },
  });

function boot(disk: MemoryDisk) {
  const engine = disk.run(LsmEngine.open(LIMITS));
  const machine = new StateMachine(engine, shardId(0), 1, LIMITS);
  disk.run(machine.recover());
  return { engine, machine };
}

function flush(engine: LsmEngine, disk: MemoryDisk): void {
  const job = engine.startFlush();
  for (let next = job?.next(); next !== undefined; next = job?.next()) disk.transact(next);
  job?.done();
}

test('raft bug 21: a flush that begins while an entry is being applied covers what is before that entry', () => {
  const disk = new MemoryDisk();
  const { engine, machine } = boot(disk);
  disk.run(machine.apply(entry(1, { type: 'RegisterClient', nonce: 1 })));
  disk.run(machine.apply(put(2, 1, 'a')));
  flush(engine, disk);
  disk.run(machine.apply(entry(3, { type: 'RegisterClient', nonce: 2 })));
  const applying = machine.apply(put(4, 2, 'b'));
  let step = applying.next();
  expect(step.done, 'it waits for its session').toBe(false);
  flush(engine, disk);

  // A crash now: the log is replayed from behind what the tables say, on rows that are of the same moment.
  const crashed = boot(disk.crashedAfter(disk.journal.length)).machine;
  expect(crashed.appliedIndex).toBe(3);
  disk.run(crashed.apply(put(4, 2, 'b')));
  while (!step.done) step = applying.next(disk.read(step.value));
  expect(step.value.outcome.type).toBe('written');
  expect([crashed.stateHash, crashed.keys]).toEqual([machine.stateHash, machine.keys]);
});
