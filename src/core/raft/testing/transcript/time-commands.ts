import type { RaftMessage } from '../../message.ts';
import { type Host, MS } from '../network.ts';
import type { Arguments } from './arguments.ts';
import { nodeText } from './message-text.ts';
import type { Detail, Stage } from './stage.ts';
import type { TranscriptCommand } from './transcript-command.ts';

const HEARTBEAT_MS = 50;

const wait: TranscriptCommand = {
  name: 'wait',
  usage: '<duration>',
  run(stage, args) {
    stage.net.nowUs += args.milliseconds() * MS;
    args.end();
    stage.say(`it is ${clock(stage)}`);
  },
};

/** The timer of a node runs out: its election timeout, or CheckQuorum on a leader. Time goes there. */
const timeout: TranscriptCommand = {
  name: 'timeout',
  usage: '<node>',
  run(stage, args) {
    const host = timed(stage, args);
    args.end();
    timeoutOf(stage, host, 'full');
  },
};

/** Looks at a node's timer at the present time. */
const tick: TranscriptCommand = {
  name: 'tick',
  usage: '<node>',
  run(stage, args) {
    const host = timed(stage, args);
    args.end();
    const { net } = stage;
    const due = host.group.deadlineUs;
    stage.say(`at ${clock(stage)}: ${nodeText(host.id)}'s timer runs until ${due / MS} ms`);
    host.group.tick(net.nowUs);
    net.collect(host);
    stage.tell(host, 'full');
  },
};

const heartbeat: TranscriptCommand = {
  name: 'heartbeat',
  usage: '<node>',
  run(stage, args) {
    const host = stage.living(args);
    args.end();
    const leads = host.group.role === 'leader';
    stage.say(leads ? `${nodeText(host.id)}'s heartbeat is due` : `${nodeText(host.id)} does not lead: no heartbeat`);
    stage.net.heartbeat(host.id);
    stage.tell(host, 'full');
  },
};

/** Every 50 ms all heartbeats are sent, all timers looked at, and everything is delivered and written; told in outline. */
const run: TranscriptCommand = {
  name: 'run',
  usage: '<duration, a multiple of 50ms>',
  run(stage, args) {
    const duration = args.milliseconds();
    args.end();
    if (duration % HEARTBEAT_MS !== 0) args.fail(`time passes in steps of ${HEARTBEAT_MS} ms.`);
    const { net } = stage;
    for (let step = 0; step < duration / HEARTBEAT_MS; step++) {
      net.nowUs += HEARTBEAT_MS * MS;
      stage.prefixed(`${clock(stage)}: `, () => {
        for (const host of net.hosts) if (host.alive) beat(stage, host);
      });
    }
    stage.say(`it is ${clock(stage)}`);
  },
};

function beat(stage: Stage, host: Host): void {
  const { net } = stage;
  host.group.heartbeat(net.nowUs);
  host.group.tick(net.nowUs);
  net.collect(host);
  stage.tell(host, 'outline');
  stage.settle('outline');
}

/**
 * A node wins an election, told in outline: its timer runs out, then requests for votes, answers to them and the writes that hold these
 * back go through, and nothing else. What the new leader sends and writes is still under way afterwards.
 */
const elect: TranscriptCommand = {
  name: 'elect',
  usage: '<node>',
  run(stage, args) {
    const host = stage.living(args);
    if (host.group.role === 'leader') args.fail(`${nodeText(host.id)} leads already.`);
    args.end();
    timeoutOf(stage, host, 'outline');
    while (stepElection(stage, host)) {}
    if (host.group.role !== 'leader') stage.say(`${nodeText(host.id)} is not elected`);
  },
};

/** True if something happened that belongs to the election. */
function stepElection(stage: Stage, candidate: Host): boolean {
  const { net } = stage;
  for (const host of net.hosts) {
    const holdsVote = host.writes.some((ready) =>
      ready.messagesAfterPersist.some(({ message }) => isOfElection(message)),
    );
    const awaitsOwn = host === candidate && host.group.role === 'candidate';
    if (host.alive && (holdsVote || awaitsOwn) && stage.persist(host, 'outline')) return true;
  }
  const { id } = candidate;
  const packet = net.packets.find(({ from, to, message }) => (from === id || to === id) && isOfElection(message));
  if (packet === undefined) return false;
  stage.deliver(packet, 'outline');
  return true;
}

const isOfElection = ({ type }: RaftMessage): boolean => type === 'RequestVote' || type === 'RequestVoteResponse';

/** A node whose timer runs, as the next word. */
function timed(stage: Stage, args: Arguments): Host {
  const host = stage.living(args);
  const isAlone = host.group.role === 'leader' && stage.net.hosts.length === 1;
  if (isAlone) args.fail(`${nodeText(host.id)} leads alone: it has no timer.`);
  return host;
}

function timeoutOf(stage: Stage, host: Host, detail: Detail): void {
  const { net } = stage;
  const what = host.group.role === 'leader' ? 'CheckQuorum is due' : 'election timeout is over';
  const { role } = host.group;
  const due = Math.max(net.nowUs, host.group.deadlineUs);
  stage.say(`at ${due / MS} ms: ${nodeText(host.id)}'s ${what}`);
  net.timeout(host.id);
  stage.tell(host, detail);
  if (role === 'leader' && host.group.role === 'leader') {
    stage.say(`  ${nodeText(host.id)} heard from a quorum: it looks again at ${host.group.deadlineUs / MS} ms`);
  }
}

const clock = (stage: Stage): string => `${stage.net.nowUs / MS} ms`;

export const TIME_COMMANDS: readonly TranscriptCommand[] = [wait, timeout, tick, heartbeat, run, elect];
