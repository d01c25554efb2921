import type { Theme } from '../../embed/address.ts';

/** Sets the page's colours; `auto` goes on following the system. Call it before anything reads the palette. */
export function applyTheme(theme: Theme): void {
  const systemLight = matchMedia('(prefers-color-scheme: light)');
  const apply = (): void => {
    const light = theme === 'light' || (theme === 'auto' && systemLight.matches);
    document.documentElement.dataset.theme = light ? 'light' : 'dark';
  };
  apply();
  if (theme === 'auto') systemLight.addEventListener('change', apply);
}
