/** Gives the lock back. */
export type Release = () => void;

/** Waits for an exclusive Web Lock at most `patienceMs`. Undefined: somebody else still holds it. */
export async function acquireLock(name: string, patienceMs: number): Promise<Release | undefined> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patienceMs);
  try {
    return await new Promise<Release>((acquired, failed) => {
      const held = (): Promise<void> => new Promise((release) => acquired(() => release()));
      navigator.locks.request(name, { mode: 'exclusive', signal: abort.signal }, held).catch(failed);
    });
  } catch (error) {
    if (abort.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when whoever holds the lock now, and everyone who waits for it already, is gone. */
export async function whenReleased(name: string): Promise<void> {
  await navigator.locks.request(name, { mode: 'exclusive' }, () => undefined);
}
