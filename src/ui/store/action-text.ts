import { showDuration } from '../../console/show.ts';
import { showSetting } from '../../console/show-setting.ts';
import type { Action } from '../../core/cluster/action.ts';
import type { DiskFault } from '../../core/cluster/disk-fault.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';

/** A fault or setting as the feed tells it. Empty where another event tells it better (operations, kills, crashes). */
export function actionText(action: Action): string {
  switch (action.type) {
    case 'Partition':
      return `Network split: ${action.groups.map((group) => group.join(' ')).join(' | ')}`;
    case 'Cut':
      return `Link cut: ${action.from} ${action.bothWays ? '↔' : '→'} ${action.to}`;
    case 'Isolate':
      return /^n\d+$/.test(action.actor)
        ? `${action.actor} cut off from the other nodes; clients still reach it`
        : `${action.actor} cut off from every node`;
    case 'Heal':
      return action.actor === undefined ? 'All links healed' : `Links of ${action.actor} healed`;
    case 'HealLink':
      return `Link healed: ${action.from} ${action.bothWays ? '↔' : '→'} ${action.to}`;
    case 'Link':
      return `Link changed: ${action.from} ${action.bothWays ? '↔' : '→'} ${action.to}`;
    case 'Configure':
      return `${action.name}${action.node === undefined ? '' : ` of ${nodeName(action.node)}`} set to ${showSetting(action.name, action.value)}`;
    case 'Disk':
      return diskText(nodeName(action.node), action.fault);
    case 'CrashAt':
      return `${nodeName(action.node)} is to end ${action.point}`;
    case 'Flush':
      return `${nodeName(action.node)} was asked to flush its MemTable`;
    case 'Scrub':
      return `${nodeName(action.node)} was asked to check every block of its tables`;
    case 'Compact':
      return `${nodeName(action.node)} was asked to compact ${action.level === undefined ? 'all of its tables' : `level ${action.level}`}`;
    case 'Transfer':
      return `${shardName(action.shard)} is to be led by ${nodeName(action.to)}`;
    case 'Check':
      return `The replicas of ${shardName(action.shard)} are to be compared${action.keyspace === 'eventual' ? ', in the eventual keyspace alone' : ''}`;
    case 'Reconfigure':
      return `${action.voters.map(nodeName).join(', ')} ${action.voters.length === 1 ? 'is' : 'are'} to vote in ${shardName(action.shard)}`;
    case 'Break':
      return action.on ? `Broken on purpose: ${action.name}` : `No longer broken: ${action.name}`;
    case 'Deliver':
      return `Message ${action.from} → ${action.to} taken ahead of its time`;
    case 'Drop':
      return `Message ${action.from} → ${action.to} dropped`;
    case 'Delay':
      return `Message ${action.from} → ${action.to} delayed by ${showDuration(action.byUs)}`;
    case 'CompleteWrite':
      return `Write on ${nodeName(action.node)}’s disk completed ahead of its time`;
    case 'Reload':
      return 'Page reloaded: every node starts again from its disk';
    case 'Revive':
      return `${nodeName(action.node)} is started again`;
    case 'Remove':
      return `${nodeName(action.node)} is to leave: its replicas move away`;
    case 'CancelMove':
      return `The move of ${shardName(action.shard)} is to be undone`;
    // What was damaged is told when it is.
    case 'DamageRow':
    case 'Add':
    case 'Wipe':
    case 'Operate':
    case 'Freeze':
    case 'Thaw':
    case 'Clock':
    case 'Kill':
    case 'Died':
      return '';
  }
}

function diskText(node: string, fault: DiskFault): string {
  switch (fault.type) {
    case 'Slow':
      return `${node}’s disk takes ${fault.factor} times as long`;
    case 'Full':
      return `${node}’s disk is full: it accepts no writes`;
    case 'Fail':
      return `${node}’s disk fails at its next write`;
    case 'Corrupt':
      // The flipped bit is told when it is.
      return '';
    case 'Ok':
      return `${node}’s disk is well again`;
  }
}
