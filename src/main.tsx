import { runLine } from './console/run-line.ts';
import { createSession } from './console/session.ts';
import { openCluster } from './runtime/page/open-cluster.ts';
import { decodeRun, encodeRun } from './sim/saved-run.ts';
import { downloadText, pickTextFile } from './ui/files.ts';
import { createScreen, type Screen } from './ui/mount.tsx';
import { freshAddress, type PageOptions, parsePageOptions } from './ui/page-options.ts';
import { createScripting, type OpenedPage, type Scripting } from './ui/scripting.ts';

declare global {
  interface Window {
    ringside: Scripting;
  }
}

/** The composition root: the only place that knows the page, the runtime and the screen at once. */
async function open(screen: Screen, { config, seed, storage, sample }: PageOptions): Promise<OpenedPage> {
  const cluster = await openCluster({ config, storage, sample, ...(seed === undefined ? {} : { seed }) });
  const session = createSession({ encodeRun, decodeRun, onSave: downloadText, pickFile: pickTextFile });
  const commands = screen.opened(cluster, (line) => runLine(cluster, session, line));
  return { cluster, commands };
}

function openPage(screen: Screen): Promise<OpenedPage> {
  const options = parsePageOptions(location.search);
  if (!options.ok) {
    const remedy = { text: 'Open the page without parameters', address: location.pathname };
    screen.failed({ what: options.text, where: 'while the page read its address', remedy });
    return Promise.reject(new Error(options.text));
  }
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
const screen = createScreen(root);
screen.booting();
window.ringside = createScripting(openPage(screen));
