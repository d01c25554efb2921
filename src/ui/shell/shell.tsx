import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { type Arrangement, arrangementOf, type BoxSize, keepsStage } from './arrangement.ts';
import { ColumnShell, frontBesideStage, SplitShell } from './narrow-shell.tsx';
import type { PanelId } from './panel-names.ts';
import { PanelSlots } from './panel-slots.tsx';
import type { ShellState } from './shell-store.ts';
import { WideShell } from './wide-shell.tsx';

/** What stands below the top bar, arranged by the room that the whole app has. */
export function Shell({ size }: { readonly size: BoxSize }) {
  const { shell } = useApp();
  const state = useStore(shell);
  const arrangement = arrangementOf(size);
  const stageStays = keepsStage(size);
  return (
    <main className="body">
      {size.width === 0 ? null : (
        <PanelSlots shown={shownPanels(arrangement, stageStays, state)}>
          {arrangement === 'wide' ? <WideShell /> : null}
          {arrangement === 'split' ? <SplitShell /> : null}
          {arrangement === 'column' ? <ColumnShell stageStays={stageStays} /> : null}
        </PanelSlots>
      )}
    </main>
  );
}

function shownPanels(arrangement: Arrangement, stageStays: boolean, state: ShellState): readonly PanelId[] {
  switch (arrangement) {
    case 'wide':
      return ['ring', 'console', state.inspector, 'events'];
    case 'split':
      return ['ring', frontBesideStage(state.front)];
    case 'column':
      return stageStays ? ['ring', state.front] : [state.front];
  }
}
