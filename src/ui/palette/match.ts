/**
 * How well an entry fits what was typed: 1 to 0, 0 = not at all. Each word must stand in it, better at the start of a word of the title than
 * within one, better there than in the hint. No letters may be missing or swapped: the best match is run by Enter, and `link` must never kill.
 */
export function matchScore(typed: string, title: string, hint: string): number {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const scores = words.map((word) => wordScore(word, title.toLowerCase(), hint.toLowerCase()));
  return scores.reduce((worst, score) => Math.min(worst, score), 1);
}

function wordScore(word: string, title: string, hint: string): number {
  if (title.startsWith(word)) return 1;
  if (title.includes(` ${word}`)) return 0.9;
  if (title.includes(word)) return 0.6;
  if (` ${hint}`.includes(` ${word}`)) return 0.4;
  return hint.includes(word) ? 0.2 : 0;
}
