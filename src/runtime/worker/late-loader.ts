import { must } from '../../core/base/assert.ts';
import { LateCodeMissing } from '../../core/base/late-code.ts';
import type { LATE_ENGINE } from '../../sim/late-engine.ts';
import { provideLateEngine } from '../../sim/provide-late-engine.ts';
import { LATE_ENGINE_AFTER_MS } from '../protocol/limits.ts';
import { scope } from './engine-scope.ts';

declare global {
  interface ImportMeta {
    /** Vite's. */
    readonly env: { readonly DEV: boolean };
  }
}

/** Loads the second script at once, unless it is there. Throws LateCodeMissing; the next one who needs it tries again. */
export function loadLateEngine(): typeof LATE_ENGINE {
  if (scope.ringsideLate === undefined) {
    const { lateFile } = must(scope.ringsideEngine, 'only built scripts load a second one');
    const address = new URL(lateFile, scope.ringsideAddress ?? scope.location.href).href;
    try {
      scope.importScripts(address);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new LateCodeMissing(
        `a part of the engine cannot be loaded from ${address} (offline, or replaced by another version; reload the page): ${why}`,
      );
    }
  }
  return must(scope.ringsideLate, 'the second script says what is in it');
}

/**
 * The worker's part of putting the engine together. Also loads the second script when the worker has run for a while, so that it is there when the network is not; whether that
 * works nobody asks before it is needed.
 * @returns when the engine may run: a page that is developed has modules, which cannot be loaded at once, and so has all of it first
 */
export async function prepareLateEngine(): Promise<void> {
  if (import.meta.env.DEV) {
    await import('../../sim/whole-engine.ts');
    return;
  }
  provideLateEngine(loadLateEngine, () => scope.ringsideLate !== undefined);
  setTimeout(() => {
    try {
      loadLateEngine();
    } catch {
      // Whoever needs it says so.
    }
  }, LATE_ENGINE_AFTER_MS);
}
