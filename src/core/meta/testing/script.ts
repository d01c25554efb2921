import { must } from '../../base/assert.ts';
import { NO_NODE, nodeId, type ShardId } from '../../base/ids.ts';
import { type Configuration, simpleConfiguration } from '../../raft/configuration.ts';
import { leaveJoint, towards } from '../../raft/configuration-change.ts';
import { foundMeta } from '../found-meta.ts';
import type { MetaCommand } from '../meta-command.ts';
import { type GroupRecord, groupOf, type MetaState } from '../meta-state.ts';
import { targetOf } from '../move.ts';
import type { RefusalCode } from '../refusal.ts';
import { MetaHistory } from './meta-history.ts';

export interface ScriptOptions {
  readonly nodes?: number;
  readonly shards?: number;
  readonly replicationFactor?: number;
}

/** A meta group whose log is written by hand, each entry checked as by `MetaHistory`. */
export class Script {
  readonly history: MetaHistory;

  constructor({ nodes: count = 4, shards = 8, replicationFactor = 3 }: ScriptOptions = {}) {
    const all = Array.from({ length: count }, (_, i) => nodeId(i + 1));
    this.history = new MetaHistory(foundMeta({ nodes: all, vnodes: 20, shards, replicationFactor }));
  }

  get state(): MetaState {
    return this.history.state;
  }

  /** @returns the code of the refusal; undefined: it was done */
  say(command: MetaCommand): RefusalCode | undefined {
    return this.history.apply(command);
  }

  group(shard: ShardId): GroupRecord {
    return groupOf(this.state, shard);
  }

  /** The first shard of which this holds. */
  shardWith(where: (group: GroupRecord) => boolean): ShardId {
    return must(this.state.groups.slice(0, -1).find(where), 'there is such a shard').shard;
  }

  /** The group's leader reports this configuration, made under the token that is open. */
  report(shard: ShardId, configuration: Configuration, token?: number): RefusalCode | undefined {
    const { report, token: open } = this.group(shard);
    const [leader = NO_NODE] = configuration.voters;
    return this.say({
      type: 'ReportGroup',
      shard,
      report: { confVer: report.confVer + 1, configuration, token: token ?? open, term: report.term + 1, leader },
    });
  }

  /** From `learner` to `catchUp`. */
  reportLearner(shard: ShardId): RefusalCode | undefined {
    const { report, move } = this.group(shard);
    const { voters } = report.configuration;
    return this.report(shard, simpleConfiguration({ voters, learners: [must(move, 'a move is under way').to] }));
  }

  reportJoint(shard: ShardId): RefusalCode | undefined {
    const { report, move } = this.group(shard);
    const { configuration } = report;
    return this.report(shard, towards(configuration, targetOf(must(move, 'a move is under way'), configuration)));
  }

  reportNew(shard: ShardId): RefusalCode | undefined {
    return this.report(shard, leaveJoint(this.group(shard).report.configuration));
  }

  verify(shard: ShardId): RefusalCode | undefined {
    const copy = { index: 7, root: Uint8Array.of(1, 2, 3) };
    const evidence = { type: 'Verified', copy } as const;
    return this.say({ type: 'AdvanceMove', shard, token: this.group(shard).token, evidence });
  }

  handOver(shard: ShardId, leader: number): RefusalCode | undefined {
    const evidence = { type: 'HandedOver', leader: nodeId(leader) } as const;
    return this.say({ type: 'AdvanceMove', shard, token: this.group(shard).token, evidence });
  }

  /** ADD of the fifth node, and a move of a shard to it that is at `catchUp`. */
  catchingUp(): { readonly shard: ShardId; readonly from: number } {
    this.say({ type: 'JoinNode', node: nodeId(5) });
    const shard = this.shardWith(({ desired }) => desired.includes(nodeId(5)));
    const { desired, report } = this.group(shard);
    const from = must(
      report.configuration.voters.find((node) => !desired.includes(node)),
      'somebody makes room',
    );
    this.say({ type: 'StartMove', shard, to: nodeId(5), from });
    this.reportLearner(shard);
    return { shard, from };
  }
}
