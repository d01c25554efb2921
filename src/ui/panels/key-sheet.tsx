import { Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { type AppServices, useApp } from '../app-context.ts';
import { focusConsole } from '../console-input.ts';
import { keep, readKept } from '../kept.ts';
import { actOfKey, isOurs, type KeyAct } from '../keys.ts';
import { LazyPanel } from '../shell/lazy-panel.tsx';
import { PanelBoundary } from './panel-boundary.tsx';

const KEPT_AS = 'keys';

/** What stands on the sheet, fetched when it is first opened. */
const load = async () => (await import('./key-list.tsx')).KeyList;

/** The “?” button with the sheet of keys, and the keys themselves. */
export function KeySheet() {
  const app = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(() => readKept(KEPT_AS) !== 'off');
  const [opened, setOpened] = useState(false);
  const open = useCallback(() => {
    setOpened(true);
    dialog.current?.showModal();
  }, []);
  useKeys(app, on, open);
  const toggle = (next: boolean) => {
    setOn(next);
    keep(KEPT_AS, next ? 'on' : 'off');
  };
  return (
    <>
      <button type="button" className="button help-button" aria-haspopup="dialog" title="Keys (?)" onClick={open}>
        <span aria-hidden="true">?</span>
        <span className="sr-only">Keys</span>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is on the ground around it */}
      <dialog
        ref={dialog}
        className="sheet"
        aria-label="Keys"
        onClick={(event) => {
          if (event.target === dialog.current) dialog.current.close();
        }}
      >
        <div className="sheet-body">
          {opened ? (
            <PanelBoundary name="The sheet">
              <Suspense>
                <LazyPanel load={load} close={() => dialog.current?.close()} on={on} onToggle={toggle} />
              </Suspense>
            </PanelBoundary>
          ) : null}
        </div>
      </dialog>
    </>
  );
}

function useKeys(app: AppServices, on: boolean, openSheet: () => void): void {
  useEffect(() => {
    if (!on) return undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      // An open card or sheet has the keyboard to itself.
      if (document.querySelector('dialog[open], :popover-open') !== null) return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (!isOurs(event, { tagName: target.tagName, editable: target.isContentEditable })) return;
      const act = actOfKey(app.store.getState(), event.key);
      if (act === undefined) return;
      event.preventDefault();
      perform(app, act, openSheet);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [app, on, openSheet]);
}

function perform({ store, commands, shell, look }: AppServices, act: KeyAct, openSheet: () => void): void {
  switch (act.type) {
    case 'run':
      void commands.run(act.line, 'button').catch(() => undefined);
      break;
    case 'focus-shard':
      store.setState({ focusedShard: act.shard });
      break;
    case 'toggle-all-shards':
      store.setState(({ allShards }) => ({ allShards: !allShards }));
      break;
    case 'focus-console':
      focusConsole(shell);
      break;
    case 'show-as':
      store.setState({ stageView: act.view });
      break;
    case 'present':
      store.setState({ presenting: act.on, blank: false });
      break;
    case 'look':
      void look(act.target);
      break;
    case 'open-sheet':
      openSheet();
      break;
  }
}
