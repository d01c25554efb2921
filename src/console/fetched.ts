/** The code of a command did not come. Browsers remember that for the page's life: to ask for it again is to reload the page. */
export class NotFetched extends Error {
  override name = 'NotFetched';
}

/** What few visits ask for is fetched when it is first given: `await fetched(import('./show-log.ts'))`. Rejects with `NotFetched`. */
export async function fetched<Code>(code: Promise<Code>): Promise<Code> {
  try {
    return await code;
  } catch (error) {
    throw new NotFetched(error instanceof Error ? error.message : String(error));
  }
}
