import { expose } from 'comlink';
import { ConductorService } from '../conductor/conductor-service.ts';
import { prepareLateEngine } from './late-loader.ts';

export async function serveConductor(): Promise<void> {
  await prepareLateEngine();
  // Control comes through Comlink; the nodes' traffic has ports of its own.
  expose(new ConductorService());
  // Tells the page that this script runs at all.
  self.postMessage({ type: 'Loaded' });
}
