import type { Entry } from '../../entry.ts';
import type { Host } from '../network.ts';
import type { Arguments } from './arguments.ts';
import { entryText, nodeText } from './message-text.ts';
import type { Stage } from './stage.ts';
import { diskText, networkLines, stateLines } from './state-text.ts';
import type { TranscriptCommand } from './transcript-command.ts';

const NODES_USAGE = '[node…], all of them if none is named';

const state: TranscriptCommand = {
  name: 'state',
  usage: NODES_USAGE,
  run(stage, args) {
    for (const line of stateLines(stage.net, hostsOf(stage, args))) stage.say(line);
  },
};

const log: TranscriptCommand = {
  name: 'log',
  usage: NODES_USAGE,
  run(stage, args) {
    for (const host of hostsOf(stage, args)) {
      const whose = host.alive ? 'log' : 'log on disk';
      stage.say(`${nodeText(host.id)}'s ${whose}: ${entriesOf(host).map(entryText).join(', ') || 'empty'}`);
    }
  },
};

const disk: TranscriptCommand = {
  name: 'disk',
  usage: NODES_USAGE,
  run(stage, args) {
    for (const host of hostsOf(stage, args)) stage.say(diskText(host));
  },
};

const network: TranscriptCommand = {
  name: 'network',
  usage: '',
  run(stage, args) {
    args.end();
    for (const line of networkLines(stage.net)) stage.say(line);
  },
};

/** A node that is down has only its disk. */
function entriesOf({ alive, group, disk }: Host): readonly Entry[] {
  if (!alive) return disk.entries;
  return Array.from({ length: group.lastIndex }, (_, i) => group.entry(i + 1)).flatMap((one) => one ?? []);
}

function hostsOf(stage: Stage, args: Arguments): readonly Host[] {
  const hosts: Host[] = [];
  while (!args.isEmpty) hosts.push(stage.host(args));
  return hosts.length === 0 ? stage.net.hosts : hosts;
}

export const LOOK_COMMANDS: readonly TranscriptCommand[] = [state, log, disk, network];
