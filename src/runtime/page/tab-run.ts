import type { RunConfig } from '../../core/cluster/run.ts';

const KEY = 'ringside.run';

/** The run that this tab had, so that a reload finds its own again; for the same address only. */
export function recallRun(config: RunConfig, seed: number | undefined): string | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as { wish?: unknown; runId?: unknown } | null;
    return kept?.wish === wishText(config, seed) && typeof kept.runId === 'string' ? kept.runId : undefined;
  } catch {
    // Denied or damaged: the newest free run will do.
    return undefined;
  }
}

export function rememberRun(config: RunConfig, seed: number | undefined, runId: string): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ wish: wishText(config, seed), runId }));
  } catch {
    // Denied: a reload takes the newest free run instead.
  }
}

const wishText = (config: RunConfig, seed: number | undefined): string => JSON.stringify([config, seed ?? null]);
