/** On its tab, in the palette. */
export const PANEL_NAMES = {
  ring: 'Ring',
  raft: 'Raft',
  path: 'Write path',
  storage: 'Storage',
  membership: 'Membership',
  moves: 'Moves',
  repair: 'Anti-entropy',
  check: 'Check',
  console: 'Console',
  events: 'Events',
} as const;

export type PanelId = keyof typeof PANEL_NAMES;

/** In the order of the tabs, where there is room for one panel at a time. */
export const PANEL_IDS: readonly PanelId[] = [
  'ring',
  'raft',
  'path',
  'storage',
  'membership',
  'moves',
  'repair',
  'check',
  'console',
  'events',
];

/** The tabs of the inspector, where all panels have a place. */
export const INSPECTOR_TABS: readonly PanelId[] = ['raft', 'path', 'storage', 'membership', 'moves', 'repair', 'check'];
