import type { LogIndex } from '../../../base/ids.ts';
import { type Configuration, configurationText, isJoint } from '../../configuration.ts';
import type { Host, Network } from '../network.ts';
import { fieldsText, hardStateText, messageText, nodeText } from './message-text.ts';

/** What each node says of itself, and below a leader one line per follower. Neighbours that say the same share a line. */
export function stateLines(net: Network, hosts: readonly Host[] = net.hosts): string[] {
  const groups: { names: string[]; text: string; below: string[] }[] = [];
  for (const host of hosts) {
    const text = host.alive ? replicaText(net, host) : '(down)';
    const last = groups[groups.length - 1];
    if (last !== undefined && last.text === text) last.names.push(nodeText(host.id));
    else groups.push({ names: [nodeText(host.id)], text, below: host.alive ? progressLines(net, host) : [] });
  }
  return groups.flatMap(({ names, text, below }) => [`${names.join(', ')} ${text}`, ...below]);
}

/** Terms of the log, as Figure 7 draws it; `…4`: without the entries up to 4. */
const logText = (terms: readonly number[], baseIndex: LogIndex): string =>
  `log=[${[...(baseIndex > 0 ? [`…${baseIndex}`] : []), ...terms.slice(baseIndex)].join(' ')}]`;

/** Who takes part, unless all nodes vote. */
function membersText(net: Network, configuration: Configuration): string {
  const all = configuration.voters.length === net.hosts.length && !isJoint(configuration);
  return all ? '' : ` ${configurationText(configuration)}`;
}

function replicaText(net: Network, { id, group }: Host): string {
  const { role, leader, currentTerm, votedFor, persistedIndex, commitIndex, appliedIndex } = group;
  const of = role === 'follower' && leader !== 0 ? ` of ${nodeText(leader)}` : '';
  const durable = persistedIndex === group.lastIndex ? '' : ` durable up to ${persistedIndex}`;
  const rest = fieldsText({ commitIndex, lastApplied: appliedIndex });
  return `${role}${of}: ${fieldsText({ currentTerm, votedFor })} ${logText(net.terms(id), group.base.index)}${durable} ${rest}${membersText(net, group.configuration)}`;
}

function progressLines(net: Network, { group }: Host): string[] {
  return net.hosts.flatMap(({ id }) => {
    const progress = group.progressOf(id);
    if (progress === undefined) return [];
    const { matchIndex, nextIndex, mode, inflightAppends } = progress;
    const inflight = inflightAppends === 0 ? '' : `, ${inflightAppends} under way`;
    return [`  tracks ${nodeText(id)}: ${fieldsText({ matchIndex, nextIndex })} ${mode}${inflight}`];
  });
}

/** What would be there after a crash now. */
export function diskText({ id, disk }: Host): string {
  return `${nodeText(id)}'s disk: ${hardStateText(disk.hardState)} ${logText(
    disk.entries.map(({ term }) => term),
    disk.base.index,
  )}`;
}

/** One line per message under way, oldest first. */
export function networkLines(net: Network): string[] {
  if (net.packets.length === 0) return ['nothing is under way'];
  return net.packets.map(({ from, to, message }) => `${nodeText(from)}>${nodeText(to)} ${messageText(message)}`);
}
