import { createStore, type StoreApi } from 'zustand/vanilla';
import { INSPECTOR_TABS, type PanelId } from './panel-names.ts';

/** What of the shell is in view. Changes nothing in the cluster, so nothing of it is a command. */
export interface ShellState {
  /** The inspector's tab, where all panels have a place. */
  readonly inspector: PanelId;
  /** The tab in front, where there is room for one panel. */
  readonly front: PanelId;
  readonly paletteOpen: boolean;
  /** Counts how often the sizes were put back: panes are made anew at each. */
  readonly sizesReset: number;
}

export type ShellStore = StoreApi<ShellState>;

export const createShellStore = (): ShellStore =>
  createStore<ShellState>(() => ({ inspector: 'raft', front: 'ring', paletteOpen: false, sizesReset: 0 }));

/** Brings a panel into view in whichever arrangement. */
export const showPanel = (shell: ShellStore, panel: PanelId): void =>
  shell.setState(INSPECTOR_TABS.includes(panel) ? { front: panel, inspector: panel } : { front: panel });
