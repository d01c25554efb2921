import { useAppState } from '../app-context.ts';
import type { RunView } from '../store/app-store.ts';
import { lookupShown } from '../store/lookup.ts';
import { useLate } from '../use-late.ts';
import type { StageLayout } from './geometry.ts';

// How a lookup is drawn and told: fetched with the first.
const loadMark = () => import('./lookup-mark.tsx');
const loadFacts = () => import('./lookup-facts.tsx');

/** The newest lookup on the ring, for as long as its shard is looked at. */
export function LookupOnRing({ run, layout }: { readonly run: RunView; readonly layout: StageLayout }) {
  const lookup = useAppState((state) => {
    const shown = lookupShown(state);
    return shown?.shard === state.focusedShard && state.finder?.key === undefined ? shown : undefined;
  });
  const pending = useAppState(({ model }) => lookup !== undefined && model.operations.has(lookup.operation));
  const code = useLate(lookup !== undefined, loadMark);
  if (lookup === undefined || code === undefined) return null;
  return <code.LookupMark key={lookup.operation} layout={layout} ring={run.ring} lookup={lookup} pending={pending} />;
}

/** The newest lookup in words. */
export function LookupInWords() {
  const lookup = useAppState(lookupShown);
  const finding = useAppState((state) => state.finder?.key !== undefined);
  const code = useLate(lookup !== undefined, loadFacts);
  if (lookup === undefined || finding || code === undefined) return null;
  return <code.LookupFacts lookup={lookup} />;
}
