import { createStore, type StoreApi } from 'zustand/vanilla';
import { keep, readKept } from '../kept.ts';

export const THEME_CHOICES = ['system', 'dark', 'light'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

export interface ThemeState {
  /** What the person asked for. */
  readonly choice: ThemeChoice;
  /** What is shown: the choice, or what the system says now. */
  readonly theme: 'dark' | 'light';
}

export interface ThemeControl {
  /** Changes after the document has: a subscriber that reads computed colours reads the new ones. */
  readonly store: StoreApi<ThemeState>;
  /** Shows it at once and remembers it. */
  choose(choice: ThemeChoice): void;
}

const KEPT_AS = 'theme';

export const isThemeChoice = (text: string | undefined): text is ThemeChoice =>
  THEME_CHOICES.some((choice) => choice === text);

/** Follows the choice from now on. `asked` is what the address says: it counts for this page and is not remembered. */
export function startTheme(asked: ThemeChoice | undefined): ThemeControl {
  const system = matchMedia('(prefers-color-scheme: light)');
  const kept = readKept(KEPT_AS);
  const shown = (choice: ThemeChoice): ThemeState['theme'] =>
    choice === 'system' ? (system.matches ? 'light' : 'dark') : choice;
  const first = asked ?? (isThemeChoice(kept) ? kept : 'system');
  const store = createStore<ThemeState>(() => ({ choice: first, theme: shown(first) }));
  const show = (choice: ThemeChoice): void => {
    const theme = shown(choice);
    document.documentElement.dataset.theme = theme;
    store.setState({ choice, theme });
  };
  show(first);
  // What reads computed colours reads them again when the person's own colours take the place of the theme's.
  for (const query of [system, matchMedia('(forced-colors: active)')])
    query.addEventListener('change', () => show(store.getState().choice));
  return {
    store,
    choose(choice) {
      keep(KEPT_AS, choice);
      show(choice);
    },
  };
}
