import { useEffect, useRef } from 'react';
import { useApp, useAppState } from '../app-context.ts';
import { isOurs } from '../keys.ts';
import { presenterAct } from './presenter-keys.ts';
import './presenter.css';

/** Drawn while presenting: large type on the whole screen, and the keys of a slide remote. */
export function Presenter() {
  const blank = useAppState((state) => state.blank);
  useLargeType();
  useFullScreen();
  useRemote();
  const { store } = useApp();
  if (!blank) return null;
  return (
    <button
      type="button"
      className="blank-screen"
      aria-label="Show the page again"
      ref={(element) => element?.focus()}
      onClick={() => store.setState({ blank: false })}
    />
  );
}

function useLargeType(): void {
  useEffect(() => {
    document.documentElement.classList.add('presenting');
    return () => document.documentElement.classList.remove('presenting');
  }, []);
}

/** Leaving the full screen (Escape) ends the presentation; a browser that refuses it shows the same in its window. */
function useFullScreen(): void {
  const { store } = useApp();
  useEffect(() => {
    let entered = false;
    const onChange = () => {
      if (document.fullscreenElement !== null) entered = true;
      else if (entered) store.setState({ presenting: false, blank: false });
    };
    document.addEventListener('fullscreenchange', onChange);
    document.documentElement.requestFullscreen?.().catch(() => undefined);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
      if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    };
  }, [store]);
}

function useRemote(): void {
  const { store, commands } = useApp();
  const at = useRef(0);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const state = store.getState();
      if (!state.blank && document.querySelector('dialog[open], :popover-open') !== null) return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      // The keys of a remote mean nothing in a line that is typed into but to go through it: B and the full stop stay letters there.
      if (!state.blank && !isOurs(event, { tagName: target.tagName, editable: target.isContentEditable })) return;
      const act = presenterAct(state, event.key, at.current);
      if (act === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      if (act.type === 'blank') store.setState({ blank: !state.blank });
      if (act.type !== 'run') return;
      at.current = act.next ?? at.current;
      void commands.run(act.line, 'button').catch(() => undefined);
    };
    // Before the page's own keys, of which the full stop is one.
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [store, commands]);
}
