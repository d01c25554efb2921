import type { Host } from '../network.ts';
import { nodeText } from './message-text.ts';
import { writeText } from './narrator.ts';
import { diskText } from './state-text.ts';
import type { TranscriptCommand } from './transcript-command.ts';

const persist: TranscriptCommand = {
  name: 'persist',
  usage: '[node…] [how many writes], all of all nodes if left out',
  run(stage, args) {
    const hosts: Host[] = [];
    while (/^[a-z]/.test(args.peek())) hosts.push(stage.living(args));
    const count = args.isEmpty ? Number.POSITIVE_INFINITY : args.number('how many', args.take('how many'), 1);
    args.end();
    for (const host of hosts.length > 0 ? hosts : stage.net.hosts.filter(({ alive }) => alive)) {
      let done = 0;
      while (done < count && stage.persist(host, 'full')) done++;
      if (done === 0 && hosts.length > 0) stage.say(`${nodeText(host.id)} has nothing to write`);
    }
  },
};

/** What was not durable is gone, but for the oldest writes that are said to have survived. */
const crash: TranscriptCommand = {
  name: 'crash',
  usage: '<node> [how many of its writes reach the disk]',
  run(stage, args) {
    const host = stage.living(args);
    const survivors = args.isEmpty ? 0 : args.number('how many', args.take('how many'), 0);
    args.end();
    const writes = host.writes.filter((ready) => writeText(ready) !== '');
    if (survivors > writes.length) args.fail(`${nodeText(host.id)} has only ${writes.length} writes under way.`);
    const upTo = writes[survivors - 1];
    stage.net.crash(host.id, upTo === undefined ? 0 : host.writes.indexOf(upTo) + 1);
    stage.say(`${nodeText(host.id)} crashes`);
    for (const [i, write] of writes.entries()) {
      stage.say(`  ${i < survivors ? 'reached its disk' : 'lost'}: ${writeText(write)}`);
    }
  },
};

const restart: TranscriptCommand = {
  name: 'restart',
  usage: '<node>',
  run(stage, args) {
    const host = stage.host(args);
    args.end();
    if (host.alive) args.fail(`${nodeText(host.id)} is up: crash it first.`);
    stage.net.restart(host.id);
    stage.net.collect(host);
    stage.say(`${nodeText(host.id)} starts from ${diskText(host)}`);
    stage.tell(host, 'full');
  },
};

/** What is applied is in a snapshot of its own: its log, in memory and on disk, begins behind it. */
const compact: TranscriptCommand = {
  name: 'compact',
  usage: '<node> <index>',
  run(stage, args) {
    const host = stage.living(args);
    const index = args.number('the index', args.take('the index'), 1);
    args.end();
    const { appliedIndex, base } = host.group;
    if (index <= base.index) args.fail(`${nodeText(host.id)}'s log begins behind ${base.index} already.`);
    if (index > appliedIndex) args.fail(`${nodeText(host.id)} has applied ${appliedIndex}, and no more.`);
    stage.net.compact(host.id, index, true);
    stage.say(`${nodeText(host.id)} has a snapshot up to ${index}`);
    stage.tell(host, 'full');
  },
};

export const DISK_COMMANDS: readonly TranscriptCommand[] = [persist, crash, restart, compact];
