import type { Host, Network, Packet } from '../network.ts';
import type { Arguments } from './arguments.ts';
import { messageText, nodeText } from './message-text.ts';
import { Narrator, writeText } from './narrator.ts';
import { TranscriptError } from './transcript-error.ts';

/** How much is told: everything, or only the turning points. */
export type Detail = 'full' | 'outline';

/** What the commands of one transcript act on, and where their output goes. */
export class Stage {
  /** ReadIndex contexts count up over all nodes of a transcript. */
  reads = 0;
  private lines: string[] = [];
  private opened: { net: Network; narrator: Narrator } | undefined;

  open(net: Network): void {
    if (this.opened !== undefined)
      throw new TranscriptError(0, 'a transcript has one cluster: put the other into a file of its own.');
    this.opened = { net, narrator: new Narrator(net) };
  }

  get net(): Network {
    return this.here.net;
  }

  /** `n2`, as the next word. */
  host(args: Arguments): Host {
    return this.named(args, args.take('a node'));
  }

  /** A node that is up, as the next word. */
  living(args: Arguments): Host {
    const host = this.host(args);
    if (!host.alive) args.fail(`${nodeText(host.id)} is down: restart it first.`);
    return host;
  }

  named(args: Arguments, word: string): Host {
    const names = this.net.hosts.map(({ id }) => nodeText(id));
    const name = args.oneOf('node', word, names);
    return this.net.host(names.indexOf(name) + 1);
  }

  say(line: string): void {
    this.lines.push(line);
  }

  /** Whatever `act` says begins with `prefix`. */
  prefixed(prefix: string, act: () => void): void {
    const from = this.lines.length;
    act();
    this.lines = this.lines.map((line, i) => (i < from ? line : prefix + line));
  }

  /** What `host` did since it was last told, indented under the line before. */
  tell(host: Host, detail: Detail): void {
    for (const { text, inOutline } of this.here.narrator.effects(host)) {
      if (detail === 'full') this.say(`  ${text}`);
      else if (inOutline) this.say(text);
    }
  }

  /** Puts a packet on the network again. */
  repeat(packet: Packet): void {
    const copy = { ...packet };
    this.here.narrator.ignore(copy);
    this.net.packets.push(copy);
  }

  deliver(packet: Packet, detail: Detail): void {
    const { net } = this;
    const { from, to, message } = packet;
    const target = net.host(to);
    if (detail === 'full') {
      const lost = target.alive ? `the link ${nodeText(from)}>${nodeText(to)} is cut` : `${nodeText(to)} is down`;
      const arrives = target.alive && !net.cut.has(`${from}>${to}`);
      const what = arrives ? `${nodeText(to)} receives from ${nodeText(from)}` : `${lost}, lost`;
      this.say(`${what}: ${messageText(message)}`);
    }
    net.deliver(net.packets.indexOf(packet));
    this.tell(target, detail);
  }

  /** Makes the oldest write durable, with what only waits behind it. False if there was nothing to write. */
  persist(host: Host, detail: Detail): boolean {
    const [oldest] = host.writes;
    if (oldest === undefined) return false;
    const text = writeText(oldest);
    if (detail === 'full' && text !== '') this.say(`${nodeText(host.id)}'s write is durable: ${text}`);
    this.net.persist(host.id, 1);
    this.tell(host, detail);
    while (host.writes[0] !== undefined && writeText(host.writes[0]) === '') {
      this.net.persist(host.id, 1);
      this.tell(host, detail);
    }
    return true;
  }

  /** Delivers and persists until nothing is under way, without any time passing. */
  settle(detail: Detail): void {
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      for (const host of this.net.hosts) while (host.alive && this.persist(host, detail)) {}
      const [packet] = this.net.packets;
      if (packet === undefined) return;
      this.deliver(packet, detail);
    }
    throw new TranscriptError(0, 'it does not come to rest: messages answer messages without end.');
  }

  takeLines(): string[] {
    return this.lines.splice(0);
  }

  private get here(): { net: Network; narrator: Narrator } {
    if (this.opened === undefined) throw new TranscriptError(0, 'there are no nodes yet: begin with `cluster 3`.');
    return this.opened;
  }
}

const SETTLE_ROUNDS_MAX = 10_000;
