// The parts of two packages without types that the outside oracle uses.

declare module 'abstract-level/test/index.js' {
  import type { AbstractLevel } from 'abstract-level';

  /** Registers the tests of the abstract-level contract. The factory gives a fresh store each time. */
  const suite: (options: {
    readonly test: unknown;
    readonly factory: (options?: object) => AbstractLevel<Uint8Array, Uint8Array, Uint8Array>;
  }) => void;
  // biome-ignore lint/style/noDefaultExport: it is what the package has
  export default suite;
}

declare module 'tape' {
  /** In object mode, a row per test, per assertion and per end of a test. */
  interface Row {
    readonly type: 'test' | 'assert' | 'end';
    readonly name?: string;
    /** Of a test. */
    readonly id?: number;
    /** Of the test that an assertion belongs to. */
    readonly test?: number;
    readonly ok?: boolean;
    readonly skip?: unknown;
    readonly todo?: unknown;
    readonly actual?: unknown;
    readonly expected?: unknown;
    readonly error?: unknown;
  }
  interface RowStream {
    on(event: 'data', listener: (row: Row) => void): this;
    on(event: 'end', listener: () => void): this;
  }
  interface Harness {
    createStream(options: { objectMode: true }): RowStream;
  }
  const tape: { createHarness(): Harness };
  // biome-ignore lint/style/noDefaultExport: it is what the package has
  export default tape;
  export type { Row };
}
