import type { Speed } from './cluster.ts';

export const SPEED_MIN = 0.0001;
export const SPEED_MAX = 1000;

/** Virtual seconds per wall second: `10`, `0.5`, `1/40`, `max`, or `auto`. NaN: the text is no number; the range is the caller's to check. */
export function readSpeed(text: string): Speed {
  const name = text.toLowerCase();
  if (name === 'max' || name === 'auto') return name;
  const match = /^(\d{1,6}(?:\.\d{1,6})?)(?:\/(\d{1,6}))?$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) / Number(match[2] ?? 1);
}

export const speedInRange = (speed: Speed): boolean =>
  speed === 'max' || speed === 'auto' || (speed >= SPEED_MIN && speed <= SPEED_MAX);
