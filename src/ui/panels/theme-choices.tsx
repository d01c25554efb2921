import { useStore } from 'zustand';
import { useApp } from '../app-context.ts';
import { THEME_CHOICES, type ThemeChoice } from '../theme/theme.ts';

const NAMES: Readonly<Record<ThemeChoice, string>> = { system: 'As the system', dark: 'Dark', light: 'Light' };

/** What stands on the theme's card. */
export function ThemeChoices() {
  const { theme } = useApp();
  const chosen = useStore(theme.store, (state) => state.choice);
  return (
    <fieldset className="theme-choices">
      <legend className="sr-only">Theme</legend>
      {THEME_CHOICES.map((choice) => (
        <label key={choice} className="theme-choice">
          <input type="radio" name="theme" checked={choice === chosen} onChange={() => theme.choose(choice)} />
          {NAMES[choice]}
        </label>
      ))}
    </fieldset>
  );
}
