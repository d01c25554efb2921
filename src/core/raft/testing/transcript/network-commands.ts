import { LINKS_USAGE, linkText, MESSAGES_USAGE, takeLinks, takePackets } from './links.ts';
import { messageText, nodeText } from './message-text.ts';
import type { TranscriptCommand } from './transcript-command.ts';

/** What is under way now, not what it leads to. */
const deliver: TranscriptCommand = {
  name: 'deliver',
  usage: MESSAGES_USAGE,
  run(stage, args) {
    for (const packet of takePackets(stage, args)) stage.deliver(packet, 'full');
  },
};

const drop: TranscriptCommand = {
  name: 'drop',
  usage: MESSAGES_USAGE,
  run(stage, args) {
    const { net } = stage;
    for (const packet of takePackets(stage, args)) {
      net.packets.splice(net.packets.indexOf(packet), 1);
      stage.say(`lost: ${linkText(packet)} ${messageText(packet.message)}`);
    }
  },
};

const duplicate: TranscriptCommand = {
  name: 'duplicate',
  usage: MESSAGES_USAGE,
  run(stage, args) {
    for (const packet of takePackets(stage, args)) {
      stage.repeat(packet);
      stage.say(`under way a second time: ${linkText(packet)} ${messageText(packet.message)}`);
    }
  },
};

const cut: TranscriptCommand = {
  name: 'cut',
  usage: LINKS_USAGE,
  run(stage, args) {
    const links = takeLinks(stage, args);
    args.end();
    for (const { from, to } of links) stage.net.cut.add(`${from}>${to}`);
    stage.say(`cut: ${links.map(linkText).join(', ')}`);
  },
};

const isolate: TranscriptCommand = {
  name: 'isolate',
  usage: '<node>',
  run(stage, args) {
    const { id } = stage.host(args);
    args.end();
    stage.net.isolate(id);
    stage.say(`${nodeText(id)} is cut off from everyone, both ways`);
  },
};

const partition: TranscriptCommand = {
  name: 'partition',
  usage: '<node…>, the nodes of one side',
  run(stage, args) {
    const side = new Set([stage.host(args)]);
    while (!args.isEmpty) side.add(stage.host(args));
    const { net } = stage;
    const rest = net.hosts.filter((host) => !side.has(host));
    if (rest.length === 0) args.fail('there is nobody on the other side.');
    for (const a of side) for (const b of rest) net.cut.add(`${a.id}>${b.id}`).add(`${b.id}>${a.id}`);
    const names = [[...side], rest].map((hosts) => hosts.map(({ id }) => nodeText(id)).join(', '));
    stage.say(`cut in two: ${names.join(' | ')}`);
  },
};

const heal: TranscriptCommand = {
  name: 'heal',
  usage: '[link…], all of them if none is named',
  run(stage, args) {
    const links = args.isEmpty ? undefined : takeLinks(stage, args);
    args.end();
    if (links === undefined) stage.net.heal();
    for (const { from, to } of links ?? []) stage.net.cut.delete(`${from}>${to}`);
    stage.say(links === undefined ? 'every link works' : `healed: ${links.map(linkText).join(', ')}`);
  },
};

const settle: TranscriptCommand = {
  name: 'settle',
  usage: '[outline]',
  run(stage, args) {
    const detail = args.takeIf('outline') ? 'outline' : 'full';
    args.end();
    stage.settle(detail);
    if (detail === 'outline') stage.say('nothing is under way any more');
  },
};

export const NETWORK_COMMANDS: readonly TranscriptCommand[] = [
  deliver,
  drop,
  duplicate,
  cut,
  isolate,
  partition,
  heal,
  settle,
];
