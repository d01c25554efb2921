import { type LucideIcon, Moon, Sun, SunMoon } from 'lucide-react';
import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { THEME_CHOICES, type ThemeChoice } from '../theme/theme.ts';
import { Popover } from './popover.tsx';

const THEME_WORDS: Readonly<Record<ThemeChoice, { readonly name: string; readonly icon: LucideIcon }>> = {
  system: { name: 'As the system', icon: SunMoon },
  dark: { name: 'Dark', icon: Moon },
  light: { name: 'Light', icon: Sun },
};

/** Dark, light, or what the system says. */
export function ThemeMenu() {
  const { theme } = useApp();
  const chosen = useStore(theme.store, (state) => state.choice);
  const Icon = THEME_WORDS[chosen].icon;
  return (
    <Popover
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
    >
      {() => (
        <fieldset className="theme-choices">
          <legend className="sr-only">Theme</legend>
          {THEME_CHOICES.map((choice) => (
            <label key={choice} className="theme-choice">
              <input type="radio" name="theme" checked={choice === chosen} onChange={() => theme.choose(choice)} />
              {THEME_WORDS[choice].name}
            </label>
          ))}
        </fieldset>
      )}
    </Popover>
  );
}
