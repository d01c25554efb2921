import { useAppState } from '../app-context.ts';
import { useLate } from '../use-late.ts';
import type { Split } from './network-split.ts';

export const NO_SPLIT: Split = { wall: '', crossings: new Map(), words: '' };

const load = () => import('./network-split.ts');

/** What tells how the network is split, once a link is cut and its code is here. */
export function useSplitCode(): Awaited<ReturnType<typeof load>> | undefined {
  const cut = useAppState(({ model }) => model.cuts.size > 0);
  const code = useLate(cut, load);
  return cut ? code : undefined;
}
