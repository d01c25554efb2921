import { LATE_ENGINE } from './late-engine.ts';
import { provideLateEngine } from './provide-late-engine.ts';

// Whoever imports this has all of the engine from the start: Node, tests, a page whose nodes are on its own thread.
provideLateEngine(
  () => LATE_ENGINE,
  () => true,
);
