import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIVE_BREAKS } from '../core/base/breaks.ts';
import { nodeId } from '../core/base/ids.ts';
import type { Action, TimedAction } from '../core/cluster/action.ts';
import { CRASH_POINTS, DAMAGED_STORES, type DiskFault, SLOWDOWN_MAX } from '../core/cluster/disk-fault.ts';
import { CLASSROOM, createHeader, DATACENTER, SHARD_COUNTS } from '../core/cluster/presets.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import { ENGINE_VERSION } from '../core/cluster/run.ts';
import { canonicalText } from './canonical-text.ts';
import { drawConfig } from './drawn-limits.ts';
import { compareKeys, keyOfPlace } from './event-key.ts';
import { decodeRun, encodeRun } from './saved-run.ts';

const node = fc.integer({ min: 1, max: 3 }).map(nodeId);
const time = fc.nat(1e9);
const key = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.constant(Uint8Array.of(255, 0)));
const value = fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.constantFrom('', 'é🚲', '\ufeffx', '$bytes').map(utf8));
const name = fc.constantFrom('n1', 'n3', 'n10', 'n99', 'a', 'client', 'b-2');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const chance = fc.double({ min: 0, max: 1, noNaN: true }).map((p) => p + 0);
const as = <T extends string>(type: T) => fc.constant(type);

function utf8(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'utf8'));
}

const keyWrite = fc.oneof(
  fc.record({ type: as('Put'), key, value }),
  fc.record({ type: as('Delete'), key }),
  fc.record({ type: as('Cas'), key, expected: maybe(value), value }),
);
const operation = fc.oneof(
  keyWrite,
  fc.record({ type: as('Get'), key }),
  fc.record({
    type: as('Batch'),
    items: fc.uniqueArray(keyWrite, { minLength: 1, maxLength: 5, selector: (item) => item.key.join() }),
  }),
  fc.record({ type: as('Scan'), from: value, to: maybe(value), limit: fc.integer({ min: 1, max: 1000 }) }),
);
const ending = fc.record({ node, boot: fc.nat(9), transactions: fc.nat() });
const fault: fc.Arbitrary<DiskFault> = fc.oneof(
  fc.record({ type: as('Slow'), factor: fc.integer({ min: 1, max: SLOWDOWN_MAX }) }),
  fc.record({ type: fc.constantFrom('Full' as const, 'Fail' as const, 'Ok' as const) }),
  fc.record({
    type: as('Corrupt'),
    store: fc.constantFrom(...DAMAGED_STORES),
    fileNumber: maybe(fc.integer({ min: 1, max: 9 })),
  }),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    type: as('Operate'),
    client: fc.constantFrom('client', 'a'),
    operation,
    options: fc.record({ timeoutUs: fc.integer({ min: 1, max: 1e6 }), via: maybe(node) }),
  }),
  fc.record({ type: fc.constantFrom('Kill' as const, 'Revive' as const), node }),
  fc.record({ type: as('Partition'), groups: fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 3 }) }),
  fc.record({ type: as('Cut'), from: name, to: name, bothWays: fc.boolean() }),
  fc.record({ type: as('Isolate'), actor: name }),
  fc.record({ type: as('Heal'), actor: maybe(name) }),
  fc.record({ type: as('HealLink'), from: name, to: name, bothWays: fc.boolean() }),
  fc.record({
    type: as('Link'),
    from: name,
    to: name,
    bothWays: fc.boolean(),
    settings: fc.record(
      { delayUs: fc.nat(1e6), jitterUs: fc.nat(1e6), drop: chance, duplicate: chance, reorder: chance },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ type: as('Disk'), node, fault }),
  fc.record({ type: as('CrashAt'), node, point: fc.constantFrom(...CRASH_POINTS) }),
  fc.record({
    type: as('Configure'),
    name: fc.constantFrom('link.delay' as const, 'disk.sync' as const),
    value: fc.nat(1e6),
  }),
  fc.record({ type: as('Configure'), name: as('durability'), value: fc.constantFrom(0, 1) }),
  fc.record({ type: as('Configure'), name: as('durability'), value: fc.constantFrom(0, 1), node }),
  fc.record({ type: as('Break'), name: fc.constantFrom(...LIVE_BREAKS), on: fc.boolean() }),
  fc.record({ type: as('Deliver'), from: name, to: name, sequence: fc.nat() }),
  fc.record({ type: as('Drop'), from: name, to: name, sequence: fc.nat() }),
  fc.record({ type: as('Delay'), from: name, to: name, sequence: fc.nat(), byUs: fc.integer({ min: 1, max: 6e7 }) }),
  fc.record({ type: as('CompleteWrite'), node, sequence: fc.nat() }),
  fc.record({ type: as('Reload'), endings: fc.uniqueArray(ending, { selector: (e) => e.node, maxLength: 3 }) }),
  ending.map((of): Action => ({ type: 'Died', node: of.node, reason: 'quota 💥', steps: 7, ending: of })),
);

const counter = fc.integer({ min: 1, max: 9 });
const timed: fc.Arbitrary<TimedAction> = fc.oneof(
  fc.record({ timeUs: time, action }),
  fc.record({ timeUs: time, action, after: fc.record({ target: counter, origin: counter, sequence: counter }) }),
);

const HEADER = createHeader('r1', 7, CLASSROOM);
const DIGEST = '0123456789abcdef';
const run = (actions: readonly TimedAction[] = []): SavedRun => ({
  format: 'ringside-run',
  header: HEADER,
  actions,
  endUs: 5_000_000,
  digest: DIGEST,
});

/** Properties in reverse order, all the way down. */
function reversed<T>(of: T): T {
  if (typeof of !== 'object' || of === null || of instanceof Uint8Array) return of;
  if (Array.isArray(of)) return of.map(reversed) as T;
  return Object.fromEntries(
    Object.entries(of)
      .reverse()
      .map(([name, field]) => [name, reversed(field)]),
  ) as T;
}

describe('a saved run', () => {
  test('is read back as it was, whatever its actions and bytes; properties in another order give the same text', () => {
    fc.assert(
      fc.property(fc.array(timed, { maxLength: 8 }), (unordered) => {
        const saved = run(unordered.sort((a, b) => compareKeys(keyOfPlace(a), keyOfPlace(b))));
        const text = encodeRun(saved);
        expect(decodeRun(text)).toEqual(saved);
        expect(encodeRun(decodeRun(text))).toBe(text);
        expect(encodeRun(reversed(saved))).toBe(text);
      }),
    );
  });

  test('may have every configuration that a seed draws, and every preset', () => {
    const configs = Array.from({ length: 300 }, (_, seed) =>
      drawConfig(seed, 1 + (seed % 12), SHARD_COUNTS[seed % 5] as number),
    );
    for (const config of [CLASSROOM, DATACENTER, { ...CLASSROOM, replicationFactor: 4 }, ...configs]) {
      const saved = { ...run(), header: createHeader('r', 0, config) };
      expect(decodeRun(encodeRun(saved))).toEqual(saved);
    }
  });

  test('canonical text: sorted, without undefined fields, bytes as text where they are UTF-8', () => {
    expect(canonicalText({ b: utf8('é'), a: Uint8Array.of(255), c: undefined })).toBe(
      '{"a":{"$bytes":"x:ff"},"b":{"$bytes":"u:é"}}',
    );
  });
});

const kill = (timeUs: number, victim: unknown = 1) => ({ timeUs, action: { type: 'Kill', node: victim } });
const placedAfter = (timeUs: number, sequence: number) => ({
  ...kill(timeUs),
  after: { target: 1, origin: 1, sequence },
});
const act = (fields: object) => ({ actions: [{ timeUs: 1, action: fields }] });
const operate = (fields: object) =>
  act({
    type: 'Operate',
    client: 'a',
    operation: { type: 'Get', key: { $bytes: 'u:k' } },
    options: { timeoutUs: 1 },
    ...fields,
  });
const config = (fields: object) => ({ header: { ...HEADER, config: { ...CLASSROOM, ...fields } } });
const DELETE = { type: 'Delete', key: { $bytes: 'u:a' } };
const batchOf = (items: readonly object[]): object => ({
  type: 'Operate',
  client: 'client',
  operation: { type: 'Batch', items },
  options: { timeoutUs: 1, via: undefined },
});
const limits = (fields: object) => config({ limits: { ...CLASSROOM.limits, ...fields } });
const END = { node: 1, boot: 1, transactions: 1 };

describe('a malformed file is refused with its reason', () => {
  test.each<[object, string]>([
    [{ format: 'x' }, 'not a saved Ringside run'],
    [{ header: undefined }, 'header must be an object, not missing'],
    [{ header: null }, 'header must be an object'],
    [{ header: { ...HEADER, engineVersion: 99 } }, 'saved by engine version 99'],
    [{ header: { ...HEADER, engineVersion: '1' } }, `header.engineVersion must be ${ENGINE_VERSION}, not "1"`],
    [{ header: { ...HEADER, seed: -1 } }, 'header.seed'],
    [{ header: { ...HEADER, runId: '' } }, 'header.runId'],
    [config({ nodes: 0 }), 'header.config.nodes must be a whole number from 1 to 99, not 0'],
    [config({ nodes: 100 }), 'header.config.nodes'],
    [config({ nodes: 2.5 }), 'header.config.nodes'],
    [config({ shards: 7 }), 'header.config.shards must be one of 1, 8, 16, 64, 256, not 7'],
    [config({ profile: 'toString' }), 'header.config.profile'],
    [config({ vnodes: 0 }), 'header.config.vnodes'],
    [config({ limits: [] }), 'header.config.limits must be an object, not a list'],
    [config({ surprise: 1 }), 'header.config has an unknown field "surprise"'],
    [config({ network: { ...CLASSROOM.network, drop: 1.5 } }), 'header.config.network.drop'],
    [config({ disk: { ...CLASSROOM.disk, bytesPerSecond: 0 } }), 'header.config.disk.bytesPerSecond'],
    [config({ clocks: { rateErrorPpmMax: 1e6, wallOffsetUsMax: 0 } }), 'rateErrorPpmMax'],
    [limits({ entriesPerAppendMax: 0 }), 'entriesPerAppendMax'],
    [limits({ electionTimeoutUsMax: 1000 }), 'not less than electionTimeoutUsMin'],
    [limits({ heartbeatIntervalUs: 150_000 }), 'less than electionTimeoutUsMin'],
    [{ endUs: '5' }, 'run.endUs'],
    [{ endUs: 1e300 }, 'run.endUs'],
    [{ digest: 'zz' }, 'run.digest must be 16 hexadecimal digits'],
    [{ extra: 1 }, 'run has an unknown field "extra"'],
    [{ actions: {} }, 'run.actions must be a list, not an object'],
    [{ actions: [null] }, 'run.actions[0] must be an object, not null'],
    [{ actions: [kill(2), kill(1)] }, 'order of time: actions[1]'],
    [{ actions: [kill(-1)] }, 'run.actions[0].timeUs'],
    [{ actions: [kill(1, 'n1')] }, 'run.actions[0].action.node must be a whole number from 1 to 99, not "n1"'],
    [{ actions: [{ ...kill(1), by: 'me' }] }, 'unknown field "by"'],
    [act({ type: 'constructor' }), 'run.actions[0].action.type must be one of Operate, Kill'],
    [act({ type: 'Partition', groups: [['n1'], 'n2'] }), 'groups[1] must be a list'],
    [act(batchOf([])), 'operation.items must be 1 to 64 writes of different keys'],
    [act(batchOf([DELETE, DELETE])), 'operation.items must be 1 to 64 writes of different keys'],
    [act(batchOf([{ ...DELETE, type: 'Get' }])), 'items[0].type must be one of Put, Delete, Cas'],
    [act(batchOf([{ ...DELETE, key: { $bytes: 'u:' } }])), 'items[0].key must be 1 to 4096 bytes'],
    [act({ type: 'Cut', from: 'n0', to: 'n1', bothWays: true }), 'action.from must be a node or client name'],
    [act({ type: 'Cut', from: 'n1', to: 'n2', bothWays: 1 }), 'bothWays must be true or false'],
    [act({ type: 'Isolate', actor: 's1' }), 'action.actor'],
    [act({ type: 'Isolate', actor: 'n100' }), 'action.actor'],
    [act({ type: 'Heal', actor: null }), 'action.actor'],
    [act({ type: 'HealLink', from: 'n1', to: 's1', bothWays: true }), 'action.to must be a node or client name'],
    [act({ type: 'Link', from: 'n1', to: 'n2', bothWays: true, settings: { delayUs: 0.5 } }), 'settings.delayUs'],
    [act({ type: 'Configure', name: 'constructor', value: 1 }), 'action.name'],
    [act({ type: 'Configure', name: 'link.drop', value: 2 }), 'actions[0].action.value must be a number from 0 to 1'],
    [act({ type: 'Configure', name: 'link.delay', value: 0.5 }), 'actions[0].action.value must be a whole number'],
    [act({ type: 'Deliver', from: 'n1', to: 's1', sequence: 1 }), 'action.to must be a node or client name'],
    [act({ type: 'Deliver', from: 'n1', to: 'n2', sequence: -1 }), 'action.sequence must be a whole number'],
    [act({ type: 'Drop', from: 'n1', to: 'n2', sequence: 0.5 }), 'action.sequence must be a whole number'],
    [act({ type: 'Delay', from: 'n1', to: 'n2', sequence: 1, byUs: 0 }), 'action.byUs must be a whole number'],
    [{ actions: [placedAfter(2, 8), placedAfter(2, 7)] }, 'order of time: actions[1]'],
    [{ actions: [placedAfter(2, 8), kill(2)] }, 'order of time: actions[1]'],
    [{ actions: [placedAfter(2, 0.5)] }, 'after.sequence must be a whole number'],
    [act({ type: 'CompleteWrite', node: 1 }), 'action.sequence'],
    [act({ type: 'CompleteWrite', node: 'n1', sequence: 1 }), 'action.node must be a whole number'],
    [act({ type: 'Died', node: 4, reason: '', steps: 1, ending: { ...END, node: 4 } }), 'action.node'],
    [act({ type: 'Died', node: 2, reason: '', ending: END }), 'action.steps'],
    [act({ type: 'Died', node: 2, reason: '', steps: 1, ending: END }), 'ending.node must be 2, not 1'],
    [act({ type: 'Reload', endings: [END, END] }), 'at most one ending per node'],
    [act({ type: 'Reload', endings: [{ ...END, transactions: -1 }] }), 'transactions'],
    [operate({ client: 'n1' }), 'action.client must be a client name'],
    [operate({ options: { timeoutUs: 0 } }), 'options.timeoutUs'],
    [operate({ options: { timeoutUs: 1, via: 0 } }), 'options.via'],
    [operate({ operation: { type: 'Get', key: 'k' } }), 'operation.key must be 1 to 4096 bytes, not "k"'],
    [
      operate({ operation: { type: 'Get', key: { $bytes: 'u:' } } }),
      'operation.key must be 1 to 4096 bytes, not 0 bytes',
    ],
    [operate({ operation: { type: 'Get', key: { $bytes: 'x:f' } } }), 'not encoded bytes'],
    [operate({ operation: { type: 'Put', key: { $bytes: 'u:k' } } }), 'operation.value must be'],
    [operate({ operation: { type: 'Scan', from: { $bytes: 'u:' }, limit: 0 } }), 'operation.limit'],
  ])('%j', (change, reason) => {
    const broken = JSON.stringify({ ...run(), ...change });
    expect(() => decodeRun(broken)).toThrow(SyntaxError);
    expect(() => decodeRun(broken)).toThrow(reason);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '7',
    '"ringside-run"',
    '{"format":"ringside-run"}',
    '['.repeat(5000) + ']'.repeat(5000),
  ])('text %#', (text) => {
    expect(() => decodeRun(text)).toThrow(SyntaxError);
  });

  test('a value of any type in any place gives a SyntaxError or a run, never anything else', () => {
    const text = encodeRun(run([{ timeUs: 1, action: { type: 'Kill', node: nodeId(1) } }]));
    const places = [...text.matchAll(/:(?=[^,{}[\]]+[,}])/g)].map((match) => match.index + 1);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.json(), (at, json) => {
        const end = at + (/^[^,}]+/.exec(text.slice(at)) as RegExpExecArray)[0].length;
        try {
          decodeRun(text.slice(0, at) + json + text.slice(end));
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });
});
