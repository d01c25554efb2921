import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import { encodeUtf8 } from '../core/base/utf8.ts';
import type { OutcomeGround } from '../core/client/operation.ts';
import { combineResults } from './combine-results.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster, GROUND } from './testing/fake-cluster.ts';

const value = { type: 'Value', value: encodeUtf8('ada') } as const;

/** What the console says of an outcome with this ground. */
async function told(line: string, result: object, ground: Partial<OutcomeGround>): Promise<string> {
  const cluster = new FakeCluster();
  cluster.nextOutcome = { status: 'ok', result, ...GROUND, ...ground } as never;
  return (await runLine(cluster, createSession(), line))[0]?.text ?? '';
}

test('each setting of r= and w= goes with its operation, and CONSISTENCY gives it to those that follow', async () => {
  const cluster = new FakeCluster();
  const session = createSession();
  const asked = async (line: string): Promise<unknown> => {
    await runLine(cluster, session, line);
    const action = cluster.actions.at(-1);
    return action?.type === 'Operate' ? action.operation : undefined;
  };
  expect(await asked('GET k r=session')).toMatchObject({ read: 'session' });
  expect(await asked('GET k r=3')).toMatchObject({ read: 3 });
  expect(await asked('PUT k v w=1')).toMatchObject({ write: 1 });
  expect(await asked('DELETE k w=3')).toMatchObject({ write: 3 });
  expect(await asked('CAS k a b w=3')).toMatchObject({ write: 3 });
  expect(await asked('PUT k v')).not.toHaveProperty('write');
  const [set] = await runLine(cluster, session, 'CONSISTENCY r=1 w=1');
  expect(set).toMatchObject({ ok: true, value: { r: 1, w: 1 } });
  expect(set?.text).toMatch(
    /^r=1: may be stale.*\nSCAN reads with r=lease.*\nw=1: unsafe, it may be lost.*\nCAS, and a BATCH/,
  );
  expect(await asked('GET k')).toMatchObject({ read: 1 });
  expect(await asked('SCAN k')).toMatchObject({ read: 'lease' });
  expect(await asked('DELETE k')).toMatchObject({ write: 1 });
  expect(await asked('BATCH { PUT a 1 }')).toMatchObject({ write: 1 });
  // What a condition comes to is known when it is applied.
  expect(await asked('CAS k a b')).not.toHaveProperty('write');
  expect(await asked('BATCH { PUT a{t} 1; CAS b{t} nil 1 }')).not.toHaveProperty('write');
  expect(await asked('PUT k v w=2')).toMatchObject({ write: 2 });
  const [status] = await runLine(cluster, session, 'STATUS');
  expect(status?.text).toMatch(/\nr=1: may be stale.*Price: one round trip[\s\S]*\nw=1: unsafe/);
});

test('a read says who answered, on what ground, and how far behind that is', async () => {
  const replica = { leads: false, behind: 1, leaderContactUs: 40_000 };
  const n3 = { node: nodeId(3), acks: 0, voters: 0, index: 16 };
  expect(await told('GET k r=1', value, { ...n3, ground: 'applied', replica })).toBe(
    '"ada"  from n3, follower, 1 behind, heard of the leader 40 ms ago, may be stale, index 16 · 41 ms',
  );
  expect(await told('GET k r=1', value, { ...n3, ground: 'applied', replica: { leads: true, behind: 0 } })).toContain(
    'from n3, leader, 0 behind, may be stale',
  );
  const unheard = { leads: false, behind: 0 };
  expect(await told('GET k r=session', value, { ...n3, ground: 'session', replica: unheard })).toContain(
    'follower, 0 behind, has not heard of a leader since it was started, not older than this session',
  );
  expect(await told('GET k r=2', value, { ...n3, ground: 'quorum', acks: 2, voters: 3 })).toContain(
    'follower, 2 of 3 voters asked, index 16',
  );
  expect(await told('GET k r=2', value, { ground: 'index', instead: 'dead tail' })).toContain(
    'leader, ReadIndex 17 (instead: nobody applied in time what the logs of a majority hold)',
  );
  expect(
    await told('GET k r=3', value, { ...n3, ground: 'all', voters: 3, differing: [nodeId(1), nodeId(3)] }),
  ).toContain('all 3 voters compared, index 16 · WARNING: n1 and n3 hold different values at the same applied index');
});

test('what an answer does not promise is a field of its own too', async () => {
  const cautionOf = async (line: string, result: object, ground: Partial<OutcomeGround>) => {
    const cluster = new FakeCluster();
    cluster.nextOutcome = { status: 'ok', result, ...GROUND, ...ground } as never;
    return (await runLine(cluster, createSession(), line))[0]?.caution;
  };
  expect(await cautionOf('PUT k v w=1', { type: 'Appended' }, { write: { held: 'leader' } })).toBe('may be lost');
  expect(await cautionOf('PUT k v', { type: 'Written', existed: false }, {})).toBeUndefined();
  expect(await cautionOf('GET k r=1', value, { ground: 'applied', replica: { leads: false, behind: 0 } })).toBe(
    'may be stale',
  );
  expect(await cautionOf('GET k', value, { ground: 'lease' })).toBeUndefined();
  expect(await cautionOf('GET k r=3', value, { ground: 'all', differing: [nodeId(1), nodeId(2)] })).toBe(
    'replicas differ',
  );
  const told = [{ caution: 'may be lost' }, {}, { caution: 'may be lost' }].map((each) => ({
    ok: true,
    text: '',
    ...each,
  }));
  expect(combineResults(told)).toMatchObject({ caution: 'may be lost' });
});

test('a replica that is quarantined says what is wrong and what can be done', async () => {
  const refused = async (isAlone: boolean): Promise<string> => {
    const cluster = new FakeCluster();
    const quarantine = { reason: 'corrupt block', isAlone } as const;
    cluster.nextOutcome = { status: 'fail', code: 'Quarantined', leader: nodeId(0), quarantine, ...GROUND } as never;
    const [result] = await runLine(cluster, createSession(), 'PUT k v');
    expect(result).toMatchObject({ ok: false, code: 'Quarantined' });
    return result?.text ?? '';
  };
  expect(await refused(true)).toMatch(
    /The only replica of s\d, on n2, has a block that cannot be read, and there is no other copy.*Nothing was written.*LOAD.*WIPE n2 force=yes/,
  );
  expect(await refused(false)).toMatch(/serves nobody until the others have repaired it.*WHY s\d/);
});

test('a write says what its W came to', async () => {
  expect(await told('PUT k v w=1', { type: 'Appended' }, { acks: 1, write: { held: 'leader' } })).toBe(
    "OK, unsafe: it may be lost  term 4 index 17 · 1/3 acks, on the leader's disk alone, not committed yet · 41 ms · from n2, leader",
  );
  const written = { type: 'Written', existed: false };
  expect(
    await told('PUT k v w=3', written, { write: { held: 'all', by: [nodeId(1), nodeId(2), nodeId(3)] } }),
  ).toContain('2/3 acks, applied on all 3 ·');
  const missing = { held: 'not all', missing: [nodeId(3)] } as const;
  expect(await told('PUT k v w=3', written, { write: missing })).toContain(
    '2/3 acks, committed, not on all: n3 had not applied it in time ·',
  );
});
