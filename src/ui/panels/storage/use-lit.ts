import { useEffect, useState } from 'react';

const STEP_MS = 160;
const ALL_MS = 1200;

/**
 * How many of `count` steps are lit: one after the other when `what` is new, all at once for who wants less motion, and for what comes before
 * the last was through. What was there from the start is lit.
 */
export function useLit(what: string, count: number): number {
  const [state, setState] = useState({ what, lit: count });
  if (state.what !== what) {
    const hurried = state.lit < count || matchMedia('(prefers-reduced-motion: reduce)').matches;
    setState({ what, lit: hurried ? count : 0 });
  }
  const { lit } = state;
  useEffect(() => {
    if (lit >= count) return undefined;
    const next = setTimeout(() => setState((now) => ({ ...now, lit: now.lit + 1 })), Math.min(STEP_MS, ALL_MS / count));
    return () => clearTimeout(next);
  }, [lit, count]);
  return Math.min(lit, count);
}
