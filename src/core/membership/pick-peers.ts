import { must } from '../base/assert.ts';
import type { NodeId } from '../base/ids.ts';
import type { RandomStream } from '../base/random.ts';

/** At most `count` of them, each set equally likely: the first steps of a Fisher–Yates shuffle. */
export function pickPeers(random: RandomStream, from: readonly NodeId[], count: number): readonly NodeId[] {
  const rest = [...from];
  const picked: NodeId[] = [];
  while (picked.length < count && rest.length > 0) {
    const at = random.between(0, rest.length - 1);
    const last = must(rest.pop(), 'not empty');
    picked.push(at === rest.length ? last : must(rest[at], 'within'));
    if (at < rest.length) rest[at] = last;
  }
  return picked;
}
