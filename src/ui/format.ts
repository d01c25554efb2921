/** `1/20`, `10`, `max`: as SPEED takes it. */
export function formatSpeed(speed: number | 'max'): string {
  if (speed === 'max' || speed >= 1) return String(speed);
  const inverse = Math.round(1 / speed);
  return Math.abs(speed * inverse - 1) < 1e-9 ? `1/${inverse}` : String(speed);
}

/** Virtual time in seconds with milliseconds: `12.430`. */
export const formatSeconds = (timeUs: number): string => (Math.floor(timeUs / 1000) / 1000).toFixed(3);

/** A span of virtual time, where tenths are enough: `4.7 s`. */
export const inSeconds = (us: number): string => `${(us / 1e6).toFixed(1)} s`;
