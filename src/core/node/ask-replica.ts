import type { NodeInput } from './effect.ts';
import { lateNode } from './late-node.ts';
import type { Replica } from './replica.ts';
import type { ReplicaEnvironment } from './replica-environment.ts';

/** What somebody outside wants of one replica. */
export type ReplicaInput = Extract<
  NodeInput,
  { readonly type: 'TransferAsked' | 'ReconfigureAsked' | 'CheckAsked' | 'RowDamageAsked' }
>;

/** @param flush damage is to be on the disk as soon as may be: a crash would otherwise undo it */
export function askReplica(env: ReplicaEnvironment, replica: Replica, input: ReplicaInput, flush: () => void): void {
  switch (input.type) {
    case 'TransferAsked':
      replica.raft.transferTo(env.nowUs, input.to);
      return;
    case 'ReconfigureAsked':
      replica.reconfigure(input.target);
      return;
    case 'CheckAsked':
      if (input.keyspace !== 'eventual') replica.integrity.begin();
      return;
    case 'RowDamageAsked': {
      const { shard, key, damage } = input;
      const ended = (isDone: boolean): void => {
        env.events.push({ type: 'RowDamaged', shard, key, damage: isDone ? damage : 'absent' });
        if (isDone) flush();
      };
      env.blocks.run(shard, lateNode.get().damageRow(env, replica.scope, key, damage), ended, () => ended(false));
      return;
    }
  }
}
