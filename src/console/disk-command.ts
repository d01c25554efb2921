import { DAMAGED_STORES, SLOWDOWN_MAX } from '../core/cluster/disk-fault.ts';
import { defineCommand, optional, required } from './command.ts';
import { fetched } from './fetched.ts';
import { refuse, succeed } from './result.ts';
import { showTime } from './show.ts';
import { integerBetween, KEY, NODE, oneOf } from './value-types.ts';

const TABLE_MAX = 0xffffffff;

export const DISK = defineCommand({
  verb: 'DISK',
  summary: "Makes a node's disk slow, full, failing, torn or corrupt, or well again.",
  usage:
    'DISK n2 slow [factor=20] | full | fail | torn | corrupt [log | sst | sstmeta | manifest] [table=7] | corrupt row key=k [drop=yes] | ok',
  example: 'DISK n2 full',
  notes: [
    'full, fail: the node goes down at its next write. torn: in the middle of its next write to the log.',
    'corrupt: where it reads the bit; only RESET mends that. In a table (sst) that is one replica, which the others mend; SCRUB looks for it.',
    'corrupt row: another value, or none, with every checksum right. Only a comparison with others finds it: REPAIR.',
  ],
  positionals: {
    node: required(NODE),
    fault: required(oneOf(['slow', 'full', 'fail', 'torn', 'corrupt', 'ok'])),
    store: optional(oneOf([...DAMAGED_STORES, 'row'])),
  },
  options: {
    factor: integerBetween(2, SLOWDOWN_MAX, 'BadOption'),
    table: integerBetween(1, TABLE_MAX, 'BadOption'),
    key: KEY,
    drop: oneOf(['yes', 'no']),
  },
  // Fetched when it is first given: few visits ever break a disk.
  run: async ({ cluster }, { node, fault, store }, options) => {
    const { orderDiskFault } = await fetched(import('./order-disk-fault.ts'));
    const ordered = await orderDiskFault(cluster, node, { fault, store, ...options });
    if ('code' in ordered) return refuse(ordered.code, ordered.text);
    return succeed(`${ordered.text} · at ${showTime(ordered.timeUs)}`);
  },
});
