/**
 * What the checks need of a browser, the same over every driver. Scripts are texts and not functions: what a compiler adds to a function's
 * text (names, helpers) does not exist in the page.
 */
export interface BrowserPage {
  /** Navigates and waits for the page's load event. */
  open(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Runs `body` as the body of an async function of `args`. What it returns, and `args`, must be JSON. */
  run<T>(body: string, ...args: readonly unknown[]): Promise<T>;
  /** Clicks, as a pointer does, the element that `find` (a function's body) returns. */
  click(find: string): Promise<void>;
  /** Clicks the element that `find` returns, types `text` key by key, then Enter. */
  typeLine(find: string, text: string): Promise<void>;
  screenshot(): Promise<Uint8Array>;
  /** Errors and warnings so far, as far as this driver can tell. */
  complaints(): Promise<readonly string[]>;
}

export interface Browser {
  /** Name and version, as the browser says. */
  readonly name: string;
  readonly page: BrowserPage;
  close(): Promise<void>;
}

/** How storage is to be: as a person has it by default, in a private window, or with all site data blocked. */
export type StorageMode = 'normal' | 'private' | 'denied';

/** A kind of browser that the checks can drive. */
export interface BrowserKind {
  readonly name: string;
  /** What `complaints` of its pages covers. */
  readonly complaintsCover: string;
  readonly storageModes: readonly StorageMode[];
  launch(storage: StorageMode): Promise<Browser>;
}

/** The text of an expression that runs `body` with `args` and gives a promise of its result's JSON. */
export function asExpression(body: string, args: readonly unknown[]): string {
  return `(async (...args) => {${body}\n})(...${JSON.stringify(args)}).then((value) => JSON.stringify(value ?? null))`;
}
