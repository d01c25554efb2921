import { Search } from 'lucide-react';
import { useApp } from '../app-context.ts';

/** Opens the command palette for those who do not know its key. */
export function PaletteButton() {
  const { shell } = useApp();
  return (
    <button
      type="button"
      className="button icon-button"
      aria-haspopup="dialog"
      title="Find a command (Ctrl K)"
      onClick={() => shell.setState({ paletteOpen: true })}
    >
      <Search size={14} aria-hidden="true" />
      <span className="sr-only">Find a command</span>
    </button>
  );
}
