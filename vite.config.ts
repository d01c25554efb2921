import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative addresses: the built site works below any sub-path, without rules on the server.
  base: './',
  plugins: [react()],
  // One self-contained classic script each, so that a sandboxed frame can run the same file from its text.
  worker: { format: 'iife' },
  build: {
    target: 'baseline-widely-available',
    // Browsers of this target preload modules by themselves; a polyfill would only add a script.
    modulePreload: { polyfill: false },
    // What every page loads at once is one file: its parts would be requests of their own and compress worse. By default whatever a lazy
    // chunk shares with it is split off.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } } },
  },
  // Everything is served from this machine; strict ports so that a printed address is the true one. Readable by every origin, as GitHub
  // Pages serves it: a sandboxed frame has none and could not load the page's script otherwise.
  preview: { host: '127.0.0.1', strictPort: true, cors: { origin: '*' } },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    // A run that examined nothing is a failed run.
    passWithNoTests: false,
    setupFiles: ['vitest.setup.ts'],
    testTimeout: 60_000,
    // One second by default, which a busy machine takes to bring up a cluster.
    expect: { poll: { timeout: 30_000 } },
  },
});
