export const SPEED_MIN = 0.0001;
export const SPEED_MAX = 1000;

/** Virtual seconds per wall second: `10`, `0.5`, `1/40` or `max`. NaN: the text is no number; the range is the caller's to check. */
export function readSpeed(text: string): number | 'max' {
  if (text.toLowerCase() === 'max') return 'max';
  const match = /^(\d{1,6}(?:\.\d{1,6})?)(?:\/(\d{1,6}))?$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) / Number(match[2] ?? 1);
}

export const speedInRange = (speed: number | 'max'): boolean =>
  speed === 'max' || (speed >= SPEED_MIN && speed <= SPEED_MAX);
