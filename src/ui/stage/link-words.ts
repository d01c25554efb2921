/** What of a link is cut: out is from the first end to the second. */
export function linkState(cutOut: boolean, cutBack: boolean, first: string, second: string): string {
  if (cutOut && cutBack) return 'cut both ways';
  if (cutOut) return `cut from ${first} to ${second}`;
  if (cutBack) return `cut from ${second} to ${first}`;
  return 'whole';
}
