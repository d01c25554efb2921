import { type ComponentType, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/app.css';
import type { Cluster } from '../console/cluster.ts';
import { AppContext } from './app-context.ts';
import { type Commands, createCommands, type LineRunner } from './commands.ts';
import { startFrameLoop } from './frame-loop.ts';
import { BootError, type BootFailure, BootScreen } from './panels/boot-screen.tsx';
import { createShellStore } from './shell/shell-store.ts';
import { createAppStore, feedStore } from './store/app-store.ts';
import type { ThemeControl } from './theme/theme.ts';

/** The page's three states. Each call replaces what was shown. */
export interface Screen {
  booting(): void;
  failed(failure: BootFailure): void;
  /** Mounts a view over a cluster. `runLine` is the command registry, bound to the cluster and a console session. */
  opened(cluster: Cluster, runLine: LineRunner, View: ComponentType): Commands;
}

export function createScreen(element: HTMLElement, theme: ThemeControl): Screen {
  const root = createRoot(element);
  return {
    booting: () => root.render(<BootScreen />),
    failed: (failure) => root.render(<BootError {...failure} />),
    opened(cluster, runLine, View) {
      const store = createAppStore(cluster);
      const commands = createCommands(store, runLine);
      const shell = createShellStore();
      const feed = feedStore(cluster, store, () => performance.now());
      const frames = startFrameLoop(feed);
      feed.onReport(frames.wake);
      store.subscribe(frames.wake);
      root.render(
        <StrictMode>
          <AppContext
            value={{
              store,
              commands,
              frames,
              shell,
              theme,
              engines: cluster,
              checks: cluster,
              pendingEvents: () => cluster.pendingEvents(),
            }}
          >
            <View />
          </AppContext>
        </StrictMode>,
      );
      return commands;
    },
  };
}
