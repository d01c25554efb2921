import {
  Activity,
  ArrowRightLeft,
  CircleDashed,
  GitCompareArrows,
  Layers,
  List,
  ListChecks,
  type LucideIcon,
  Radio,
  Rows3,
  SquareTerminal,
} from 'lucide-react';
import { EventFeed } from '../panels/event-feed/event-feed.tsx';
import type { LoadPanel } from './lazy-panel.tsx';
import type { PanelId } from './panel-names.ts';

interface PanelSpec {
  /** As the subject of a sentence: `The console cannot be drawn`. */
  readonly title: string;
  readonly icon: LucideIcon;
  /** Its code, when it is first shown; undefined: the stage, which always is. The events come with the page as well: a file of their own would be larger. */
  readonly load?: LoadPanel;
  /** What a person left in it must be there when they come back: once shown it stays drawn, if out of sight. */
  readonly stays?: true;
}

export const PANELS: Readonly<Record<PanelId, PanelSpec>> = {
  ring: { title: 'The stage', icon: CircleDashed },
  raft: {
    title: 'The Raft inspector',
    icon: Rows3,
    load: async () => (await import('../panels/raft-inspector/raft-inspector.tsx')).RaftInspector,
  },
  path: {
    title: 'The write path',
    icon: Activity,
    load: async () => (await import('../panels/write-path/write-path.tsx')).WritePath,
  },
  storage: {
    title: 'The storage',
    icon: Layers,
    load: async () => (await import('../panels/storage/storage-panel.tsx')).StoragePanel,
  },
  membership: {
    title: 'The membership',
    icon: Radio,
    load: async () => (await import('../panels/membership/membership-panel.tsx')).MembershipPanel,
  },
  moves: {
    title: 'The moves',
    icon: ArrowRightLeft,
    load: async () => (await import('../panels/moves/moves-panel.tsx')).MovesPanel,
  },
  repair: {
    title: 'The anti-entropy',
    icon: GitCompareArrows,
    load: async () => (await import('../panels/anti-entropy/anti-entropy-panel.tsx')).AntiEntropyPanel,
  },
  check: {
    title: 'The check',
    icon: ListChecks,
    load: async () => (await import('../panels/check/check-panel.tsx')).CheckPanel,
  },
  console: {
    title: 'The console',
    icon: SquareTerminal,
    load: async () => (await import('../panels/console-panel.tsx')).ConsolePanel,
    stays: true,
  },
  events: {
    title: 'The events',
    icon: List,
    load: async () => EventFeed,
  },
};
