import type { NodeId } from '../core/base/ids.ts';
import { placeOfKey } from '../core/cluster/placement.ts';
import { placementNow } from '../core/cluster/placement-now.ts';
import { nodeName, type ShardSnapshot, shardName } from '../core/cluster/snapshot.ts';
import { TOKEN_SPACE, vnodeName } from '../core/ring/hash-ring.ts';
import type { KeyPlace } from '../core/ring/locate-key.ts';
import { showMembers } from './change-voters.ts';
import type { CommandContext } from './command.ts';
import { type CommandResult, succeed } from './result.ts';
import { hexToken, ringTerms, type Terms } from './ring-terms.ts';
import { bytesToText, plural, showBytes } from './show.ts';

/** RING. `value` is described in README.md. */
export async function tellRing(
  { cluster, session }: CommandContext,
  key: Uint8Array,
  terms: Terms | undefined,
): Promise<CommandResult> {
  const [{ config }, snapshot] = await Promise.all([cluster.run(), cluster.snapshot()]);
  const ring = placementNow(config, snapshot);
  const place = placeOfKey(ring, key);
  const group = snapshot.shards[place.shard];
  const leader = group?.leader ?? null;
  const told = terms === undefined ? undefined : ringTerms(terms, ring, key, place, leader, snapshot.vnodes);
  const lines = [
    `${'key'.padEnd(LABEL)}${showBytes(key)}  ${byteText(key)}`,
    row('hash tag', hashedText(place)),
    row('token', tokenText(place)),
    row('shard', shardText(place, ring.shards)),
    row(
      'walk',
      `clockwise from ${hexToken(place.arc.first)}, where the arc begins, to ${plural(place.replicas.length, 'distinct node')}`,
    ),
    ...walkLines(place),
    row('replicas', `${place.replicas.map(nodeName).join(' ')} · ${leaderText(group, place)}`),
    ...(told?.lines ?? []),
  ];
  session.showKey?.(key);
  const value = {
    key: bytesToText(key),
    hashed: bytesToText(place.hashed),
    token: place.token,
    shard: shardName(place.shard),
    arc: [place.arc.first, place.arc.last],
    walk: place.walk.map(({ vnode, taken }) => ({
      token: vnode.token,
      vnode: vnodeName(vnode),
      node: nodeName(vnode.node),
      taken,
    })),
    replicas: place.replicas.map(nodeName),
    leader,
    term: group?.term ?? 0,
    ...told?.value,
  };
  const keys = [{ at: LABEL, length: showBytes(key).length, key: bytesToText(key) }];
  return { ...succeed(lines.join('\n'), value), keys };
}

const LABEL = 10;
const BYTES_SHOWN = 16;

const row = (label: string, text: string): string => `${label.padEnd(LABEL)}${text}`;

function byteText(key: Uint8Array): string {
  const shown = [...key.subarray(0, BYTES_SHOWN)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${plural(key.length, 'byte')}: ${shown.join(' ')}${key.length > BYTES_SHOWN ? ' …' : ''}`;
}

const hashedText = ({ hashed, isTagged }: KeyPlace): string =>
  isTagged ? `${showBytes(hashed)}: only what stands in the braces is hashed` : 'none: all of the key is hashed';

const tokenText = ({ token }: KeyPlace): string =>
  `murmur3 = ${hexToken(token)}, ${((token / TOKEN_SPACE) * 360).toFixed(1)}° of the ring`;

const shardText = ({ token, shard, arc }: KeyPlace, shards: number): string =>
  `${shardName(shard)} = ⌊${hexToken(token)} × ${shards} / 2^32⌋, the arc ${hexToken(arc.first)} – ${hexToken(arc.last)}`;

function walkLines({ walk }: KeyPlace): readonly string[] {
  const seen: NodeId[] = [];
  const width = Math.max(...walk.map(({ vnode }) => vnodeName(vnode).length));
  return walk.map(({ vnode, taken }) => {
    if (taken) seen.push(vnode.node);
    const name = nodeName(vnode.node);
    const outcome = taken
      ? `${name} is replica ${seen.length}`
      : `skipped, ${name} is replica ${seen.indexOf(vnode.node) + 1}`;
    return row('', `${hexToken(vnode.token)}  ${vnodeName(vnode).padEnd(width)}  ${outcome}`);
  });
}

function leaderText(group: ShardSnapshot | undefined, { replicas }: KeyPlace): string {
  const leads = group?.leader == null ? 'nobody leads now' : `${group.leader} leads now, term ${group.term}`;
  if (group === undefined || group.leader === null) return leads;
  const { voters, votersOutgoing, learners } = group;
  const wanted = replicas.map(nodeName);
  const isSettled =
    voters.toSorted().join() === wanted.toSorted().join() && votersOutgoing.length + learners.length === 0;
  return isSettled ? leads : `${leads} · ${showMembers(group)}`;
}
