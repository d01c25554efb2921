import { type ComponentType, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/app.css';
import type { Cluster } from '../console/cluster.ts';
import type { StageView } from '../embed/address.ts';
import { AppContext } from './app-context.ts';
import { type Commands, createCommands, type LineRunner } from './commands.ts';
import { formatSeconds } from './format.ts';
import { startFrameLoop } from './frame-loop.ts';
import { BootError, type BootFailure, BootScreen } from './panels/boot-screen.tsx';
import { createShellStore } from './shell/shell-store.ts';
import { type AppState, type AppStore, createAppStore, type Feed, feedStore, showKey } from './store/app-store.ts';
import type { ThemeControl } from './theme/theme.ts';
import { NEW_PLAY } from './worlds/worlds-play.ts';

/** What the page can do once it is open. */
export interface OpenedScreen extends Pick<Feed, 'look' | 'trace'> {
  readonly commands: Commands;
  /** Marks where a key lives. */
  readonly showKey: (key: Uint8Array) => void;
  /** Shows in which keyspace the console works, and how it reads and writes there, from now on. */
  readonly showSettings: (settings: Partial<Pick<AppState, 'keyspace' | 'dial' | 'eventual'>>) => void;
  /** Shows what the two keyspaces make of one partition. */
  readonly showWorlds: (key: string) => void;
}

/** The page's three states. Each call replaces what was shown. */
export interface Screen {
  booting(): void;
  failed(failure: BootFailure): void;
  /** Mounts a view over a cluster. `runLine` is the command registry, bound to the cluster and a console session. */
  opened(cluster: Cluster, runLine: LineRunner, View: ComponentType, stageView: StageView): OpenedScreen;
}

export function createScreen(element: HTMLElement, theme: ThemeControl): Screen {
  const root = createRoot(element);
  return {
    booting: () => root.render(<BootScreen />),
    failed: (failure) => root.render(<BootError {...failure} />),
    opened(cluster, runLine, View, stageView) {
      const store = createAppStore(cluster);
      store.setState({ stageView });
      const shell = createShellStore();
      const pause = () => commands.run('PAUSE', 'button');
      const feed = feedStore(cluster, store, () => performance.now(), pause);
      const commands = createCommands(store, runLine, () => feed.look('now'));
      const frames = startFrameLoop(feed);
      noteHits(store, commands);
      feed.onReport(frames.wake);
      store.subscribe(frames.wake);
      root.render(
        <StrictMode>
          <AppContext
            value={{
              store,
              commands,
              frames,
              look: feed.look,
              trace: feed.trace,
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
      return {
        commands,
        look: feed.look,
        trace: feed.trace,
        showKey: (key) => showKey(store, key),
        showSettings: (settings) => store.setState(settings),
        showWorlds: (key) => store.setState({ stageView: 'worlds', worlds: { ...NEW_PLAY, key } }),
      };
    },
  };
}

/** A breakpoint that stops time says so where lines are answered: whoever let time run has had their answer before. */
function noteHits(store: AppStore, { note }: Commands): void {
  store.subscribe(({ transport: { hit } }, before) => {
    if (hit === undefined || hit.count === before.transport.hit?.count) return;
    note(`Paused at ${formatSeconds(hit.timeUs)} s by breakpoint ${hit.id}: ${hit.text}`);
  });
}
