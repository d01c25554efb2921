import { createSession } from './console/session.ts';
import { freshAddress, type PageOptions, type ParsedAddress, parseAddress } from './embed/address.ts';
import { BrowserCluster } from './runtime/page/browser-cluster.ts';
import { App } from './ui/app.tsx';
import { fetchGrammar } from './ui/grammar.ts';
import { createScreen, type OpenedScreen, type Screen } from './ui/mount.tsx';
import { createScripting, type OpenedPage, type Scripting } from './ui/scripting.ts';
import { startTheme } from './ui/theme/theme.ts';

declare global {
  interface Window {
    ringside: Scripting;
  }
}

/** The composition root: the only place that knows the page, the runtime and the screen at once. */
async function open(
  screen: Screen,
  { config, seed, storage, sample, breaks, speed, view, embed }: PageOptions,
): Promise<OpenedPage> {
  const loading = embed === undefined ? App : loadEmbed(embed);
  const seenIn = embed === undefined ? 'tab' : 'frame';
  const [cluster, View] = await Promise.all([
    BrowserCluster.open({ config, seed, storage, sample, breaks, speed, seenIn }),
    loading,
  ]);
  let opened: OpenedScreen | undefined;
  const session = createSession({
    trace: () => opened?.trace() ?? { events: [], reachUs: 0 },
    look: async (target) => opened?.look(target),
    showKey: (key) => opened?.showKey(key),
    onConsistency: (dial) => opened?.showSettings({ dial }),
    onKeyspace: (keyspace) => opened?.showSettings({ keyspace }),
    onEventual: (eventual) => opened?.showSettings({ eventual }),
    showWorlds: (key) => opened?.showWorlds(key),
    encodeRun: async (run) => (await savedRuns()).encodeRun(run),
    decodeRun: async (text) => (await savedRuns()).decodeRun(text),
    onSave: (text, fileName) => void files().then(({ downloadText }) => downloadText(text, fileName)),
    pickFile: async () => (await files()).pickTextFile(),
  });
  const runLine = async (line: string) => (await fetchGrammar()).runLine(cluster, session, line);
  opened = screen.opened(cluster, runLine, View, view);
  return { cluster, commands: opened.commands };
}

/** How a saved run is read and written, fetched when one is. */
const savedRuns = () => import('./sim/saved-run.ts');

/** How a file is handed out and asked for, fetched with the first of them. */
const files = () => import('./ui/files.ts');

/** The frame of an embed; the whole page's comes with the first script, and with it what the two have in common. */
async function loadEmbed(options: NonNullable<PageOptions['embed']>) {
  const { EmbedApp } = await import('./ui/embed/embed-app.tsx');
  return () => <EmbedApp {...options} />;
}

function openPage(screen: Screen, options: ParsedAddress): Promise<OpenedPage> {
  if (!options.ok) {
    const remedy = { text: 'Open it without this parameter', address: options.without };
    screen.failed({ what: options.text, where: 'while the page read its address', remedy });
    return Promise.reject(new Error(options.text));
  }
  screen.booting();
  const opening = open(screen, options.value);
  opening.catch((error: unknown) => {
    const what = error instanceof Error ? error.message : String(error);
    const remedy = {
      text: 'Start a fresh run, which leaves the stored one as it is',
      address: freshAddress(location.search),
    };
    screen.failed({ what, where: 'while the page started its workers and opened their databases', remedy });
  });
  return opening;
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const options = parseAddress(location.search);
const screen = createScreen(root, startTheme(options.ok ? options.value.theme : undefined));
window.ringside = createScripting(openPage(screen, options));
