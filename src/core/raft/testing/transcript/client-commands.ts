import { encodeUtf8 } from '../../../base/utf8.ts';
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
    stage.say(
      at === undefined ? `${node} does not lead: it takes no "${command}"` : `${node} is asked for "${command}"`,
    );
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

export const CLIENT_COMMANDS: readonly TranscriptCommand[] = [propose, read];
