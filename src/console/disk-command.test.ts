import { describe, expect, test } from 'vitest';
import { HEALTHY_DISK } from '../core/cluster/disk-fault.ts';
import { complete } from './complete.ts';
import type { CommandResult } from './result.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

async function one(line: string, cluster = new FakeCluster()): Promise<CommandResult> {
  const [result] = await runLine(cluster, createSession(), line);
  return result as CommandResult;
}

async function faultOf(line: string): Promise<unknown> {
  const cluster = new FakeCluster();
  expect(await one(line, cluster)).toMatchObject({ ok: true });
  return cluster.actions[0];
}

const damaged = { ...HEALTHY_DISK, damage: 'bit 3 of byte 9 of manifest edit 1', isMendable: false };
const mendable = { ...HEALTHY_DISK, damage: 'bit 1 of byte 2 of table 7, extent 0', isMendable: true };

describe('DISK', () => {
  test('orders one fault of one disk', async () => {
    const disk = (fault: object) => ({ type: 'Disk', node: 2, fault });
    expect(await faultOf('DISK n2 slow')).toEqual(disk({ type: 'Slow', factor: 20 }));
    expect(await faultOf('disk N2 SLOW factor=5')).toEqual(disk({ type: 'Slow', factor: 5 }));
    expect(await faultOf('DISK n2 full')).toEqual(disk({ type: 'Full' }));
    expect(await faultOf('DISK n2 fail')).toEqual(disk({ type: 'Fail' }));
    expect(await faultOf('DISK n2 ok')).toEqual(disk({ type: 'Ok' }));
    expect(await faultOf('DISK n2 torn')).toEqual({ type: 'CrashAt', node: 2, point: 'mid commit' });
    const corrupt = (store: string, fileNumber?: number) => disk({ type: 'Corrupt', store, fileNumber });
    expect(await faultOf('DISK n2 corrupt')).toEqual(corrupt('log'));
    expect(await faultOf('DISK n2 corrupt log')).toEqual(corrupt('log'));
    expect(await faultOf('DISK n2 corrupt table=7')).toEqual(corrupt('sst', 7));
    expect(await faultOf('DISK n2 corrupt sstmeta table=7')).toEqual(corrupt('sstmeta', 7));
    expect(await faultOf('DISK n2 corrupt manifest')).toEqual(corrupt('manifest'));
  });

  test('says what will come of it, and what helps', async () => {
    const full = await one('DISK n2 full');
    expect(full.text).toMatch(
      /^n2's disk is full: it accepts no writes, and n2 goes down at its next one; it leads s0 s1/,
    );
    expect(full.text).toMatch(/DISK n2 ok makes room · at 1\.234 s$/);
    expect((await one('DISK n1 full')).text).not.toMatch(/leads/);
    expect((await one('DISK n2 fail')).text).toMatch(/REVIVE n2 starts it again/);
    expect((await one('DISK n2 torn')).text).toMatch(
      /^n2 goes down in the middle of its next write to the log: .*DISK n2 ok calls this off · at/,
    );
    expect((await one('DISK n2 torn factor=2')).text).toMatch(/factor= belongs to DISK … slow, not to torn/);
    expect((await one('DISK n2 slow factor=7')).text).toMatch(/7 times as long.*DISK n2 ok ends that/);
    const cluster = new FakeCluster();
    cluster.disks.set('n2', damaged);
    expect((await one('DISK n2 corrupt', cluster)).text).toMatch(
      /^One bit is flipped: bit 3 of byte 9 of manifest edit 1\./,
    );
    expect((await one('DISK n2 ok', cluster)).text).toMatch(/What is damaged stays so .* only RESET mends it/);
    cluster.disks.set('n2', mendable);
    expect((await one('DISK n2 corrupt sst', cluster)).text).toMatch(
      /bit 1 of byte 2 of table 7, extent 0\. .* until it is rebuilt from the others\. SCRUB n2 reads everything/,
    );
    expect((await one('DISK n2 ok', cluster)).text).toMatch(/What is damaged stays so .* until SCRUB n2 finds it/);
    cluster.down.add('n2');
    expect((await one('DISK n2 torn', cluster)).text).toMatch(/next write to the log after REVIVE/);
    expect((await one('DISK n2 corrupt sst', cluster)).text).toMatch(/sst will be flipped before n2 starts again/);
    cluster.disks.clear();
    expect((await one('DISK n2 ok', cluster)).text).toMatch(/REVIVE n2 starts it again/);
  });

  test('warns who damages more than a minority of some shard, and does it', async () => {
    const cluster = new FakeCluster();
    expect((await one('DISK n1 corrupt', cluster)).text).not.toMatch(/Warning/);
    cluster.disks.set('n1', damaged);
    expect((await one('DISK n1 corrupt', cluster)).text).not.toMatch(/Warning/);
    expect(await one('DISK n3 corrupt', cluster)).toMatchObject({
      ok: true,
      text: expect.stringMatching(/Warning: half/),
    });
    expect(cluster.actions).toHaveLength(3);
  });

  test('refuses what does not belong together, and says what does', async () => {
    const refusal = async (line: string) => {
      const cluster = new FakeCluster();
      const result = await one(line, cluster);
      expect(result).toMatchObject({ ok: false });
      expect(cluster.actions).toEqual([]);
      return result.text;
    };
    expect(await refusal('DISK n2 full factor=3')).toMatch(/factor= belongs to DISK … slow, not to full/);
    expect(await refusal('DISK n2 full log')).toMatch(/log belongs to DISK … corrupt/);
    expect(await refusal('DISK n2 slow table=3')).toMatch(/table= belongs to DISK … corrupt/);
    expect(await refusal('DISK n2 corrupt log table=3')).toMatch(/goes with sst or sstmeta, not with log/);
    expect(await refusal('DISK n2 broken')).toMatch(/slow, full, fail, torn, corrupt, ok/);
    expect(await refusal('DISK n2 slow factor=1')).toMatch(/from 2 to 1000/);
    expect(await refusal('DISK n9 full')).toMatch(/no node n9/);
    const cluster = new FakeCluster();
    cluster.refusal = { code: 'NothingStored', text: 'n2 has no table 7' };
    expect(await one('DISK n2 corrupt table=7', cluster)).toMatchObject({ ok: false, code: 'NothingStored' });
  });

  test('is explained and completed', async () => {
    expect((await one('HELP disk')).text).toMatch(
      /DISK n2 slow \[factor=20\] \| full \| fail \| torn \| corrupt .*\| ok/,
    );
    const known = { nodes: [1, 2, 3] as never, shards: 8, clients: ['client'], keys: [] };
    const texts = (line: string) => complete(line, line.length, known).candidates.map(({ text }) => text);
    expect(texts('DISK n2 ')).toEqual(expect.arrayContaining(['slow', 'full', 'fail', 'corrupt', 'ok']));
    expect(texts('DISK n2 corrupt ')).toEqual(expect.arrayContaining(['log', 'sst', 'sstmeta', 'manifest', 'table=']));
  });
});

test('REVIVE of a node whose disk is damaged or full names what helps; STATUS tells of every such disk', async () => {
  const cluster = new FakeCluster();
  cluster.down.add('n1').add('n2').add('n3');
  cluster.disks
    .set('n1', damaged)
    .set('n2', { slowdown: 20, full: true, failing: true, damage: null, isMendable: false });
  cluster.crashes.set('n3', 'CorruptStore: log record 4 of epoch 1: wrong checksum');
  const { text } = await one('STATUS', cluster);
  expect(text).toMatch(/^n1 .*disk damaged: bit 3 of byte 9 of manifest edit 1/m);
  expect(text).toMatch(/^n2 .*disk 20× slow, full, failing/m);
  expect((await one('REVIVE n1', cluster)).text).toMatch(/damaged \(bit 3 .*only RESET mends it/);
  expect((await one('REVIVE n2', cluster)).text).toMatch(/full: DISK n2 ok makes room/);
  cluster.disks.set('n1', mendable);
  cluster.unreadable.set('n1', ['s2', 's5']);
  expect((await one('REVIVE n1', cluster)).text).not.toMatch(/damaged/);
  expect((await one('STATUS', cluster)).text).toMatch(/^n1 .*cannot read its s2 s5, and serves none of it until/m);
  expect((await one('REVIVE n3', cluster)).text).toMatch(/damaged \(CorruptStore: log record 4 .*only RESET mends it/);
});
