import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative addresses: the built site works below any sub-path, without rules on the server.
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'baseline-widely-available',
    // A module worker's own chunks are preloaded by the browser; a polyfill would only add a script.
    modulePreload: { polyfill: false },
  },
  // Everything is served from this machine; strict ports so that a printed address is the true one.
  preview: { host: '127.0.0.1', strictPort: true },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
    // A run that examined nothing is a failed run.
    passWithNoTests: false,
    testTimeout: 60_000,
  },
});
