const KEPT_AS = 'ringside.killed';

/** Whether nobody has killed a node on this site yet: then Kill on the leader asks to be pressed. */
export function neverKilled(): boolean {
  try {
    return localStorage.getItem(KEPT_AS) === null;
  } catch {
    return true;
  }
}

export function rememberKill(): void {
  try {
    localStorage.setItem(KEPT_AS, 'yes');
  } catch {
    // Denied: it is remembered as long as the page lives.
  }
}

/** The next person is a newcomer again. */
export function forgetKill(): void {
  try {
    localStorage.removeItem(KEPT_AS);
  } catch {
    // Denied: nothing was kept.
  }
}
