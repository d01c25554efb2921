import { Suspense, useEffect } from 'react';
import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { opensPalette } from '../keys.ts';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { LazyPanel } from '../shell/lazy-panel.tsx';

const loadPalette = async () => (await import('./command-palette.tsx')).CommandPalette;

/** The command palette and its key. Its code is fetched when it is first opened. */
export function PalettePlace() {
  const { shell } = useApp();
  const open = useStore(shell, (state) => state.paletteOpen);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!opensPalette(event)) return;
      // Also where a browser has a use of its own for it.
      event.preventDefault();
      // A sheet or card that is open keeps the keyboard until it is closed.
      if (document.querySelector('dialog[open]:not(.palette)') !== null) return;
      const palette = document.querySelector<HTMLDialogElement>('dialog.palette');
      // Closed by itself it gives the focus back to where it was.
      palette?.close();
      shell.setState({ paletteOpen: palette === null });
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [shell]);
  if (!open) return null;
  return (
    <PanelBoundary name="The command palette">
      <Suspense>
        <LazyPanel load={loadPalette} />
      </Suspense>
    </PanelBoundary>
  );
}
