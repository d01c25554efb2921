import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Cluster } from '../console/cluster.ts';
import type { Commands } from './commands.ts';
import type { FrameLoop } from './frame-loop.ts';
import type { ShellStore } from './shell/shell-store.ts';
import type { AppState, AppStore, Feed } from './store/app-store.ts';
import type { ThemeControl } from './theme/theme.ts';

export interface AppServices {
  readonly store: AppStore;
  readonly commands: Commands;
  readonly frames: FrameLoop;
  /** Shows an earlier moment, or what is now. */
  readonly look: Feed['look'];
  /** What is kept of the run's events. */
  readonly trace: Feed['trace'];
  readonly pendingEvents: Cluster['pendingEvents'];
  /** Asks nodes about their storage engines. */
  readonly engines: Pick<Cluster, 'storage' | 'openTable' | 'heldRow' | 'heldEventualRow' | 'eventualReport'>;
  /** Judges what clients saw, and history files. */
  readonly checks: Pick<Cluster, 'check' | 'checkFile'>;
  readonly shell: ShellStore;
  readonly theme: ThemeControl;
}

export const AppContext = createContext<AppServices | undefined>(undefined);

export function useApp(): AppServices {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('no AppContext above this component');
  return app;
}

/** A slice of the state. The selector must give the same object for the same state. */
export function useAppState<T>(select: (state: AppState) => T): T {
  return useStore(useApp().store, select);
}

/** A click handler that runs a command and leaves it in the console. */
export function useCommand(): (line: string) => void {
  const { commands } = useApp();
  return (line) => void commands.run(line, 'button').catch(() => undefined);
}
