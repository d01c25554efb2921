import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

// Fixed, so that a printed address can be opened by hand; strict, so that no other server is tested by mistake.
const port = Number(process.env.RINGSIDE_E2E_PORT ?? 41_737);
// Set by src/cli/e2e.mjs; without it Playwright looks for its own browser.
const executablePath = process.env.RINGSIDE_CHROMIUM;

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  // Most of a test is waiting, for virtual time that passes at a person's pace. No test asserts a time, so two may share a small machine.
  workers: Math.min(2, availableParallelism()),
  fullyParallel: false,
  // A test that passes at the second try has found something.
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // The JSON report goes where PLAYWRIGHT_JSON_OUTPUT_FILE says.
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE === undefined ? [['list']] : [['list'], ['json']],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    screenshot: 'only-on-failure',
    // Recording one costs a quarter of the time of every test; `npm run e2e -- <spec> --trace on` records the one that failed.
    trace: 'off',
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        // Chromium refuses its sandbox to root, and containers run as root.
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-gpu',
        // One test calls gc() in the workers.
        '--js-flags=--expose-gc',
      ],
    },
  },
  // Trap: Playwright starts Chromium with ThirdPartyStoragePartitioning off, so storage in third-party frames behaves unlike a reader's
  // browser. First-party pages, all that is tested with these options, are not touched by it; tests of embeds need a browser of their
  // own, started with `ignoreDefaultArgs: true`.
  projects: [{ name: 'chromium', use: { browserName: 'chromium' } }],
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --port ${port} --strictPort --host 127.0.0.1`,
    cwd: '..',
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
