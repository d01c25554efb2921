import './key-finder.css';
import { type FormEvent, useEffect, useRef } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import { placeOfKey } from '../../core/cluster/placement.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import { LazyPopover } from '../panels/lazy-popover.tsx';
import { NO_KEY } from '../store/app-store.ts';
import { WalkList } from './walk-list.tsx';

/** Between two steps of the walk; the whole of a long one takes no longer than the second. */
const STEP_MS = 450;
const WALK_MS_MAX = 4500;

/** Asks for a key, has RING tell where it lives, and shows the walk step by step. Escape takes the mark away, and then closes it. */
export function KeyFinder() {
  const { store } = useApp();
  const run = useCommand();
  const ring = useAppState((state) => state.run?.ring);
  const finder = useAppState((state) => state.finder);
  const input = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const place = ring === undefined || finder?.key === undefined ? undefined : placeOfKey(ring, finder.key);
  const steps = place?.walk.length ?? 0;
  const shown = finder?.shown ?? 0;

  useEffect(() => {
    // Opened from the stage; a command that names a key leaves the focus in its line.
    if (document.activeElement === document.body || document.activeElement?.closest('.stage') != null)
      input.current?.focus();
  }, []);
  useEffect(() => {
    if (shown >= steps) return undefined;
    const next = () =>
      store.setState(({ finder: now }) => (now?.key === undefined ? {} : { finder: { ...now, shown: now.shown + 1 } }));
    const timer = setTimeout(next, Math.min(STEP_MS, WALK_MS_MAX / steps));
    return () => clearTimeout(timer);
  }, [store, shown, steps]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // An open card has the key to itself.
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open], :popover-open'))
        return;
      const within = root.current?.contains(document.activeElement) === true;
      const hasKey = store.getState().finder?.key !== undefined;
      store.setState({ finder: hasKey && within ? NO_KEY : undefined });
      if (!within) return;
      if (hasKey) input.current?.select();
      else root.current?.closest('.stage')?.querySelector<HTMLElement>('.finder-switch')?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [store]);

  const find = (event: FormEvent) => {
    event.preventDefault();
    const key = input.current?.value ?? '';
    if (key !== '') run(formatCommand('RING', [key]));
  };
  return (
    <div className="finder" ref={root}>
      <form className="finder-form" onSubmit={find}>
        <input
          ref={input}
          type="text"
          aria-label="Where does a key live?"
          placeholder="such as user:42"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
        <button type="submit" className="button finder-go">
          Find
        </button>
      </form>
      <LazyPopover
        button="What if: vnodes"
        buttonClass="link-button"
        title="What if a node had other vnodes?"
        align="left"
        width={780}
        load={loadVnodes}
      />
      {place === undefined || finder?.key === undefined ? (
        <p className="walk finder-hint">
          A key’s hash is a place on the ring. From the start of the arc around it, clockwise, the first different nodes
          have its copies.
        </p>
      ) : (
        <WalkList keyBytes={finder.key} place={place} shown={shown} />
      )}
    </div>
  );
}

const loadVnodes = async () => (await import('../panels/what-if/vnode-card.tsx')).VnodeCard;
