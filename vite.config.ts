import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { engineScripts } from './engine-scripts.ts';

/** The panels first shown are one file, with what they share with later ones: parts would compress worse, and every whole page has all of them. */
const FIRST_PANELS = [
  {
    name: 'first-panels',
    test: /src\/ui\/(?:command-line\/history|store\/group-configuration|panels\/console-panel|panels\/raft-inspector\/raft-inspector)\./,
  },
];

/** Every constant where it stands: names and numbers of limits are shorter than what hands them from file to file. */
const INLINED = { inlineConst: { mode: 'all', pass: 3 } } as const;

/** Nothing here reads a property for what the reading does: what is read for nothing goes (the nodes of icons). */
const TREESHAKEN = { propertyReadSideEffects: false } as const;

/** A file whose text is the same without comments: annotations serve who bundles it further. */
const MINIFIED = { comments: false } as const;

const FIRST_SHOWN = /(?:^|\/)first-panels-[^/]+$/;

const TESTS = ['src/**/*.test.ts', 'src/**/*.test.tsx'];

/** Tests of code that keeps nothing in its modules: they share them, and half of their time is saved. */
const SHARING = ['src/{console,core,sim,ui}/**/*.test.ts', 'src/{console,core,sim,ui}/**/*.test.tsx'];

/** Of those, what fetches code later and asserts that it was not there before. */
const STATEFUL = ['src/sim/late-*.test.ts', 'src/ui/store/late-words*.test.ts'];

export default defineConfig({
  // Relative addresses: the built site works below any sub-path, without rules on the server.
  base: './',
  plugins: [react(), engineScripts({ output: MINIFIED, optimization: INLINED, treeshake: TREESHAKEN })],
  // One self-contained classic script each, so that a sandboxed frame can run the same file from its text.
  worker: {
    format: 'iife',
    rolldownOptions: { output: MINIFIED, optimization: INLINED, treeshake: TREESHAKEN },
  },
  build: {
    target: 'baseline-widely-available',
    // Browsers of this target preload modules by themselves; a polyfill would only add a script. The panels first shown
    // come with what they need at once; every other chunk names what it needs when it is there, and the page carries no list of that.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (file, chunks) =>
        FIRST_SHOWN.test(file) ? chunks : chunks.filter((chunk) => chunk.endsWith('.css')),
    },
    // What every page loads at once is one file: its parts would be requests of their own and compress worse. By default whatever a lazy
    // chunk shares with it is split off.
    rolldownOptions: {
      treeshake: TREESHAKEN,
      optimization: INLINED,
      output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }, ...FIRST_PANELS] } },
    },
  },
  // Everything is served from this machine; strict ports so that a printed address is the true one. Readable by every origin, as GitHub
  // Pages serves it: a sandboxed frame has none and could not load the page's script otherwise.
  preview: { host: '127.0.0.1', strictPort: true, cors: { origin: '*' } },
  test: {
    environment: 'node',
    projects: [
      { extends: true, test: { name: 'apart', include: TESTS, exclude: SHARING } },
      { extends: true, test: { name: 'sharing', include: SHARING, exclude: STATEFUL, isolate: false } },
      { extends: true, test: { name: 'stateful', include: STATEFUL } },
    ],
    // A run that examined nothing is a failed run.
    passWithNoTests: false,
    setupFiles: ['vitest.setup.ts'],
    testTimeout: 60_000,
    // By default one core stays idle: here they only wait for each other.
    maxWorkers: '100%',
    // One second by default, which a busy machine takes to bring up a cluster.
    expect: { poll: { timeout: 30_000 } },
  },
});
