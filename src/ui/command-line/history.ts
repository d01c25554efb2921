/** Lines kept; also of what is stored. */
export const HISTORY_MAX = 200;
/** A longer line is a pasted value: it stays in the page, but is not stored. */
const STORED_LINE_MAX = 2000;
const MATCHES_MAX = 50;
const KEPT_AS = 'ringside.history';

/** `lines` and behind them `line`; a line that only repeats the one before it is kept once. */
export function remember(lines: readonly string[], line: string): readonly string[] {
  return lines.at(-1) === line ? lines : [...lines, line].slice(-HISTORY_MAX);
}

/** Lines that hold `query` in any case, newest first, each once. */
export function searchHistory(lines: readonly string[], query: string): readonly string[] {
  const wanted = query.toLowerCase();
  return [...new Set(lines.toReversed())].filter((line) => line.toLowerCase().includes(wanted)).slice(0, MATCHES_MAX);
}

/** What an earlier visit has stored: whatever is no list of lines is none. */
export function decodeHistory(text: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((line) => typeof line === 'string').slice(-HISTORY_MAX) : [];
  } catch {
    return [];
  }
}

/** The lines of earlier visits, oldest first; none where the browser keeps nothing. */
export function readHistory(): readonly string[] {
  try {
    return decodeHistory(localStorage.getItem(KEPT_AS));
  } catch {
    return [];
  }
}

/** The next person begins with none. */
export function clearHistory(): void {
  try {
    localStorage.removeItem(KEPT_AS);
  } catch {
    // Denied: nothing was kept.
  }
}

/** Behind what is stored now, so that two tabs keep the lines of both. */
export function storeLine(line: string): void {
  if (line.length > STORED_LINE_MAX) return;
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(remember(readHistory(), line)));
  } catch {
    // Denied or full: the history lasts as long as the page.
  }
}
