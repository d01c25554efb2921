import type { LATE_ENGINE } from '../../sim/late-engine.ts';

/** What the two scripts of the engine know of each other, in the global scope of their worker. */
interface EngineScope {
  /** Set by the first one, as it is built. */
  readonly ringsideEngine?: {
    /** Name of the second one, which lies beside the first. */
    readonly lateFile: string;
  };
  /** Where the first one lies, if it was started from its text. */
  readonly ringsideAddress?: string;
  /** Set by the second one. */
  ringsideLate?: typeof LATE_ENGINE;
  /** What this script was started from. */
  readonly location: { readonly href: string };
  importScripts(address: string): void;
}

export const scope = self as unknown as EngineScope;
