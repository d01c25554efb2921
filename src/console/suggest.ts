/** Longer words are not names that somebody mistyped. */
const WORD_LENGTH_MAX = 40;

/** `Did you mean KILL?`, or an empty string. */
export function didYouMean(word: string, names: readonly string[]): string {
  const found = nearestNames(word, names);
  return found.length === 0 ? '' : `Did you mean ${found.join(' or ')}?`;
}

/**
 * One or two names within a third of the word's length, two edits at most; none when more than two are equally near, for then none of them is
 * a good guess.
 */
export function nearestNames(word: string, names: readonly string[]): readonly string[] {
  if (word.length > WORD_LENGTH_MAX) return [];
  const wanted = word.toLowerCase();
  let nearest = Math.min(2, Math.max(1, Math.floor(word.length / 3))) + 1;
  let found: string[] = [];
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance > nearest || (distance === nearest && found.length === 0)) continue;
    found = distance < nearest ? [name] : [...found, name];
    nearest = distance;
  }
  return found.length > 2 ? [] : found;
}

/** Damerau–Levenshtein distance in its optimal string alignment form: insertions, deletions, substitutions, swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, substituted);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, at(beforePrevious, j - 2) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], j: number): number => row[j] as number;
