import { runLine } from './console/run-line.ts';
import { createSession } from './console/session.ts';
import { openCluster } from './runtime/page/open-cluster.ts';
import { decodeRun, encodeRun } from './sim/saved-run.ts';
import { downloadText, pickTextFile } from './ui/files.ts';
import { createScreen, type Screen } from './ui/mount.tsx';
import { freshAddress, parsePageOptions } from './ui/page-options.ts';
import { createScripting, type OpenedPage, type Scripting } from './ui/scripting.ts';

declare global {
  interface Window {
    ringside: Scripting;
  }
}

/** The composition root: the only place that knows the page, the runtime and the screen at once. */
async function open(screen: Screen): Promise<OpenedPage> {
  const options = parsePageOptions(location.search);
  if (!options.ok) throw new Error(options.text);
  const { config, seed, storage } = options.value;
  const cluster = await openCluster({ config, storage, ...(seed === undefined ? {} : { seed }) });
  const session = createSession({ encodeRun, decodeRun, onSave: downloadText, pickFile: pickTextFile });
  const commands = screen.opened(cluster, (line) => runLine(cluster, session, line));
  return { cluster, commands };
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const screen = createScreen(root);
screen.booting();
const opening = open(screen);
window.ringside = createScripting(opening);
opening.catch((error: unknown) => {
  screen.failed(error instanceof Error ? error.message : String(error), freshAddress(location.search));
});
