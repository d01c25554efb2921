import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { LateCodeMissing } from '../core/base/late-code.ts';
import { CLASSROOM } from '../core/cluster/presets.ts';
import { lateLsm } from '../core/lsm/late-lsm.ts';
import { driveSync } from './block-store.ts';
import { drawClock } from './clock-model.ts';
import { atTime } from './event-key.ts';
import { LATE_ENGINE } from './late-engine.ts';
import { MemoryBlockStore } from './memory-block-store.ts';
import type { Grant } from './node-host.ts';
import { NodeShell } from './node-shell.ts';
import { provideLateEngine } from './provide-late-engine.ts';
import { NO_FAULTS } from './world-state.ts';

const CONFIG = { ...CLASSROOM, nodes: 1, shards: 8 };
const SETTINGS = {
  diskSyncUs: CONFIG.disk.syncUs,
  compactionStyle: 'leveled',
  silence: CONFIG.limits,
  intervals: { checkIntervalUs: 0, scrubIntervalUs: 0 },
  breaks: [],
} as const;
const INIT = {
  ...SETTINGS,
  node: nodeId(1),
  boot: 1,
  contacts: [],
  incarnation: 1,
  pageBoot: 0,
  seed: 2,
  config: CONFIG,
  startUs: 0,
  transactionsMax: undefined,
  durability: 'relaxed',
  faults: NO_FAULTS,
  clock: drawClock(CONFIG.clocks, 2, nodeId(1)),
  damages: [],
} as const;

const UNTIL: Grant = { ...SETTINGS, end: atTime(2_000_000), limit: 1e9, messages: [] };
const FLUSH: Grant = {
  ...UNTIL,
  end: atTime(0),
  limit: 0,
  chosen: { type: 'Asked', input: { type: 'FlushAsked' }, timeUs: 2_000_000 },
};

/** A node that has led its groups for a while, and is asked to flush. */
function flushed(): string {
  const store = new MemoryBlockStore();
  const shell = new NodeShell(INIT);
  driveSync(shell.grant(UNTIL), store);
  const { steps } = driveSync(shell.grant(FLUSH), store);
  return steps.map(({ hashA, hashB }) => `${hashA} ${hashB}`).join();
}

test('code that cannot be had is no crash, which a replay would find again: whoever hosts the node is told; loaded late or early, a node does the same', () => {
  let isOnline = false;
  provideLateEngine(
    () => {
      if (!isOnline) throw new LateCodeMissing('offline');
      return LATE_ENGINE;
    },
    () => false,
  );
  expect(flushed).toThrow(LateCodeMissing);
  expect(lateLsm.isThere).toBe(false);
  isOnline = true;
  const late = flushed();
  expect(lateLsm.isThere).toBe(true);
  expect(late).not.toBe('');
  expect(flushed()).toBe(late);
});
