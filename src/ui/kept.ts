/**
 * What the page remembers of a person's choices: localStorage, under `ringside.<name>`. Where storage is denied, a choice lasts as long as the
 * page and nothing is thrown.
 */
export function readKept(name: string): string | undefined {
  try {
    return localStorage.getItem(`ringside.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Undefined forgets it. */
export function keep(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`ringside.${name}`);
    else localStorage.setItem(`ringside.${name}`, value);
  } catch {
    // Denied or full: the choice stands until the page is closed.
  }
}
