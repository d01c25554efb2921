import { NO_NODE } from '../../../base/ids.ts';
import { encodeUtf8 } from '../../../base/utf8.ts';
import { MS } from '../network.ts';
import { nodeText } from './message-text.ts';
import type { TranscriptCommand } from './transcript-command.ts';

const propose: TranscriptCommand = {
  name: 'propose',
  usage: '<node> <command>',
  run(stage, args) {
    const host = stage.living(args);
    const command = args.rest() || args.fail('the command is missing.');
    const at = stage.net.propose(host.id, encodeUtf8(command));
    const node = nodeText(host.id);
    const { transferee } = host.group;
    const why = transferee === NO_NODE ? 'does not lead' : `hands over to ${nodeText(transferee)}`;
    stage.say(at === undefined ? `${node} ${why}: it takes no "${command}"` : `${node} is asked for "${command}"`);
    stage.tell(host, 'full');
  },
};

/** From which index on may a read be served? */
const read: TranscriptCommand = {
  name: 'read',
  usage: '<node>',
  run(stage, args) {
    const host = stage.living(args);
    args.end();
    const context = ++stage.reads;
    const accepted = stage.net.read(host.id, context);
    const node = nodeText(host.id);
    stage.say(accepted ? `${node} takes read ${context}` : `${node} does not lead: it takes no read`);
    stage.tell(host, 'full');
  },
};

/** May a read be served without asking anybody? */
const lease: TranscriptCommand = {
  name: 'lease',
  usage: '<node>',
  run(stage, args) {
    const { id, group } = stage.living(args);
    args.end();
    const { net } = stage;
    const at = `at ${net.nowUs / MS} ms: ${nodeText(id)}`;
    if (!net.leaseRead(id)) stage.say(`${at} has no lease`);
    else if (group.leaseUntilUs === Number.MAX_SAFE_INTEGER) stage.say(`${at} needs nobody's promise`);
    else stage.say(`${at} has a lease until ${group.leaseUntilUs / MS} ms, and reads at index ${group.commitIndex}`);
  },
};

/** Somebody asks a leader to let another node lead. */
const transfer: TranscriptCommand = {
  name: 'transfer',
  usage: '<node> <node that is to lead>',
  run(stage, args) {
    const host = stage.living(args);
    const to = stage.host(args);
    args.end();
    stage.net.transfer(host.id, to.id);
    const node = nodeText(host.id);
    const leads = host.group.role === 'leader';
    stage.say(leads ? `${node} is to hand over to ${nodeText(to.id)}` : `${node} does not lead: it hands nothing over`);
    stage.tell(host, 'full');
  },
};

/** Somebody asks a leader for other voters. */
const reconfigure: TranscriptCommand = {
  name: 'reconfigure',
  usage: '<leader> <voter…> [learners <node…>]',
  run(stage, args) {
    const host = stage.living(args);
    const voters: number[] = [];
    const learners: number[] = [];
    while (!args.isEmpty && !args.takeIf('learners')) voters.push(stage.host(args).id);
    while (!args.isEmpty) learners.push(stage.host(args).id);
    const proposed = stage.net.reconfigure(host.id, voters, learners);
    const node = nodeText(host.id);
    const target = [...voters.map(nodeText), ...(learners.length > 0 ? ['learning', ...learners.map(nodeText)] : [])];
    if (proposed.ok) stage.say(`${node} is asked for the voters ${target.join(' ')}`);
    else stage.say(`${node} refuses: ${'why' in proposed ? proposed.why : REFUSALS[proposed.code]}`);
    stage.tell(host, 'full');
  },
};

const REFUSALS = {
  NotLeader: 'it does not lead',
  ConfigurationChanged: 'it has gone on since',
  TransferUnderWay: 'it hands its leadership over',
  ConfigurationPending: 'a change is under way, or it cannot know yet whether one is',
} as const;

export const CLIENT_COMMANDS: readonly TranscriptCommand[] = [propose, read, lease, transfer, reconfigure];
