import { test as base, expect } from '@playwright/test';

interface ConsoleGuard {
  /** Messages that this test provokes on purpose: `test.use({ consoleAllowed: [/…/] })`. */
  consoleAllowed: readonly RegExp[];
  consoleGuard: undefined;
}

/** Fails every test in which a page or one of its workers prints an error or a warning, or dies of an uncaught error. */
export const test = base.extend<ConsoleGuard>({
  consoleAllowed: [[], { option: true }],
  consoleGuard: [
    async ({ context, consoleAllowed }, use) => {
      const complaints: string[] = [];
      const complain = (text: string): void => {
        if (!consoleAllowed.some((pattern) => pattern.test(text))) complaints.push(text);
      };
      context.on('console', (message) => {
        const { url, lineNumber } = message.location();
        const kind = message.type();
        if (kind === 'error' || kind === 'warning')
          complain(`console.${kind}: ${message.text()} (${url}:${lineNumber})`);
      });
      context.on('weberror', (webError) => complain(`uncaught: ${webError.error().stack ?? webError.error().message}`));
      await use(undefined);
      expect(complaints, 'errors and warnings in the console').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
