import { expect, test } from 'vitest';
import { chooseHost } from './choose-host.ts';

const NO_STORAGE = 'storage is denied';
// As browsers end their messages.
const NO_ADDRESSES = 'workers are denied';

test.each([
  ['workers', '', '', { storage: 'IndexedDB', durability: 'relaxed', reason: '' }],
  ['workers', '', `${NO_STORAGE}.`, { storage: 'memory', durability: 'none', reason: NO_STORAGE }],
  ['inline workers', NO_ADDRESSES, '', { storage: 'IndexedDB', durability: 'relaxed', reason: NO_ADDRESSES }],
  [
    'inline workers',
    NO_ADDRESSES,
    NO_STORAGE,
    { storage: 'memory', durability: 'none', reason: `${NO_ADDRESSES}; ${NO_STORAGE}` },
  ],
  // Storage is not asked for: the disks of nodes on the page's thread are in its memory, whatever the browser has.
  ['in process', NO_ADDRESSES, '', { storage: 'memory', durability: 'none', reason: NO_ADDRESSES }],
] as const)('%s (%s), storage (%s)', (kind, reason, storageDenied, expected) => {
  expect(chooseHost({ kind, reason }, storageDenied)).toEqual({ nodes: kind, ...expected });
});
