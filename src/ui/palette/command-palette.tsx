import { Command } from 'cmdk';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type AppServices, useApp } from '../app-context.ts';
import { focusConsole } from '../console-input.ts';
import { forgetSizes } from '../shell/pane-sizes.ts';
import { showPanel } from '../shell/shell-store.ts';
import { nodesShown } from '../store/node-count.ts';
import { matchScore } from './match.ts';
import { type PaletteAct, type PaletteItem, paletteGroups, typedItem } from './palette-items.ts';

/** A field and a list of everything that can be done, found by its words. What acts on the cluster runs as a command and stands in the console. */
export function CommandPalette() {
  const app = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  // As the cluster was when the palette opened: a list that changes under the hand is none to choose from.
  const groups = useMemo(() => paletteGroups(app.store.getState()), [app]);
  const own = useMemo(() => typedItem(typed, topologyOf(app)), [app, typed]);
  // Its close event comes in a task of its own; the key that opens it may be pressed before that.
  const close = () => {
    dialog.current?.close();
    app.shell.setState({ paletteOpen: false });
  };
  const choose = (act: PaletteAct) => {
    close();
    perform(app, act);
  };
  useEffect(() => {
    // A dialog that is open already must not be opened again.
    if (dialog.current?.open === false) dialog.current.showModal();
    // By itself the dialog would focus the first thing that can be, which is a frame around the field.
    dialog.current?.querySelector('input')?.focus();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is on the ground around it
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Find a command"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={() => app.shell.setState({ paletteOpen: false })}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <Command
        label="Find a command"
        loop
        filter={(title, search, [hint = ''] = []) => matchScore(search, title, hint)}
      >
        <Command.Input value={typed} onValueChange={setTyped} placeholder="Kill n2, PUT user:42 ada, focus s4 …" />
        <Command.List label="Commands">
          <Command.Empty>Nothing is called that. HELP in the console lists every command.</Command.Empty>
          {groups.map(({ title, items }) =>
            items.length === 0 ? null : (
              <Command.Group key={title} heading={title}>
                {items.map((item) => (
                  <Row key={item.title} item={item} onChoose={choose} />
                ))}
              </Command.Group>
            ),
          )}
          {own === undefined ? null : (
            <Command.Group heading="As typed" forceMount>
              <Row item={own} onChoose={choose} always />
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </dialog>
  );
}

interface RowProps {
  readonly item: PaletteItem;
  readonly onChoose: (act: PaletteAct) => void;
  /** Whatever is searched for. */
  readonly always?: true;
}

function Row({ item, onChoose, always }: RowProps) {
  const { title, hint, act } = item;
  const isLine = act.type === 'run' || act.type === 'write';
  return (
    <Command.Item
      value={always ? `typed ${title}` : title}
      keywords={[hint]}
      onSelect={() => onChoose(act)}
      {...(always ? { forceMount: true } : {})}
    >
      <span className="palette-title">{title}</span>
      <span className={isLine && hint === act.line ? 'palette-hint mono' : 'palette-hint'}>{hint}</span>
    </Command.Item>
  );
}

function topologyOf({ store }: AppServices) {
  const state = store.getState();
  return { nodes: nodesShown(state), shards: state.run?.config.shards ?? 0 };
}

function perform({ store, shell, theme, commands }: AppServices, act: PaletteAct): void {
  switch (act.type) {
    case 'run':
      void commands.run(act.line, 'button').catch(() => undefined);
      break;
    case 'write':
      focusConsole(shell, act.line);
      break;
    case 'focus-shard':
      store.setState({ focusedShard: act.shard });
      break;
    case 'show-panel':
      if (act.panel === 'console') focusConsole(shell);
      else showPanel(shell, act.panel);
      break;
    case 'theme':
      theme.choose(act.choice);
      break;
    case 'reset-sizes':
      forgetSizes();
      shell.setState((state) => ({ sizesReset: state.sizesReset + 1 }));
      break;
  }
}
