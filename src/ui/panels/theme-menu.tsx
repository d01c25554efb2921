import { type LucideIcon, Moon, Sun, SunMoon } from 'lucide-react';
import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import type { ThemeChoice } from '../theme/theme.ts';
import { LazyPopover } from './lazy-popover.tsx';

const load = async () => (await import('./theme-choices.tsx')).ThemeChoices;

const ICONS: Readonly<Record<ThemeChoice, LucideIcon>> = { system: SunMoon, dark: Moon, light: Sun };

/** Dark, light, or what the system says: the choice is fetched when the card is first opened. */
export function ThemeMenu() {
  const { theme } = useApp();
  const Icon = ICONS[useStore(theme.store, (state) => state.choice)];
  return (
    <LazyPopover
      button={
        <>
          <Icon size={14} aria-hidden="true" />
          <span className="sr-only">Theme</span>
        </>
      }
      buttonClass="button icon-button"
      title="Theme"
      align="right"
      width={220}
      load={load}
    />
  );
}
