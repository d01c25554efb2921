import { afterEach, expect, test } from 'vitest';
import { encodeUtf8 } from '../../core/base/utf8.ts';
import type { Action } from '../../core/cluster/action.ts';
import type { CheckProgress } from '../../core/cluster/check-report.ts';
import { PROFILES } from '../../core/cluster/presets.ts';
import { CheckService } from './check-service.ts';
import { ConductorService } from './conductor-service.ts';
import { MemoryProcesses } from './memory-processes.ts';

const opened: ConductorService[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((service) => service.pause()));
});

async function open(): Promise<ConductorService> {
  const service = new ConductorService(() => new MemoryProcesses());
  opened.push(service);
  await service.open(
    {
      config: { ...PROFILES.classroom, nodes: 3, shards: 4 },
      seed: 7,
      runId: undefined,
      storage: 'keep',
      speed: 'max',
      visible: true,
      sample: false,
      breaks: [],
      nodes: { kind: 'in process', reason: 'this is a test' },
    },
    {
      spawn: () => Promise.reject(new Error('no workers here')),
      terminate: async () => undefined,
      trace: async () => undefined,
      transport: async () => undefined,
    },
  );
  return service;
}

const put = (value: string): Action => ({
  type: 'Operate',
  client: 'client',
  operation: { type: 'Put', key: encodeUtf8('k'), value: encodeUtf8(value) },
  options: { timeoutUs: 2_000_000, via: undefined },
});

test('what clients are told is recorded and judged: at full speed, while time stands, and part by part', async () => {
  const service = await open();
  const check = new CheckService();
  await service.act(put('1'));
  await service.pause();
  await service.act(put('2'));
  const first = await service.history('', 0);
  expect(first.from).toBe(0);
  const report = await check.check(first, {});
  expect(report).toMatchObject({ verdict: 'linearizable', operations: 2, unknown: 0 });
  expect(report.shown.map(({ status, written }) => [status, written])).toEqual([
    ['ok', '"1"'],
    ['ok', '"2"'],
  ]);
  expect(report.invariants.find(({ name }) => name === 'ElectionSafety')?.judged).toBeGreaterThanOrEqual(4);
  await service.act(put('3'));
  const next = await service.history(first.runId, first.events.length);
  expect(next).toMatchObject({ runId: first.runId, from: first.events.length });
  expect(await check.check(next, {})).toMatchObject({ operations: 3, checked: 1 });
  expect((await check.historyFile({ ...next, events: [] }, 'k')).trimEnd().split('\n')).toHaveLength(6);
});

test('RESET begins another history', async () => {
  const service = await open();
  const check = new CheckService();
  await service.act(put('1'));
  const first = await service.history('', 0);
  await check.check(first, {});
  await service.reset({});
  const next = await service.history(first.runId, first.events.length);
  expect(next.from).toBe(0);
  expect(next.runId).not.toBe(first.runId);
  expect(await check.check(next, {})).toMatchObject({ verdict: 'nothing', operations: 0 });
});

test('a file is judged with progress, and looked at afterwards; a malformed one is refused with its line', async () => {
  const check = new CheckService();
  const told: CheckProgress[] = [];
  const line = (type: string, value: number) =>
    `${JSON.stringify({ process: 0, type, f: 'write', key: 'x', value, time: value })}\n`;
  expect(await check.checkFile(line('invoke', 1) + line('ok', 1), (progress) => told.push(progress))).toEqual({
    ok: true,
  });
  expect(told.map(({ stage }) => stage)).toEqual(['reading', 'checking', 'checking']);
  expect(await check.report({ key: 'x' })).toMatchObject({ verdict: 'linearizable', operations: 1 });
  expect(await check.checkFile(line('ok', 1), () => undefined)).toMatchObject({ ok: false, line: 1 });
});
