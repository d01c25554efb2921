import type { Micros } from './ids.ts';

/** As it is typed: `80ms`. */
export function compactDuration(us: Micros): string {
  if (us !== 0 && us % 1_000_000 === 0) return `${us / 1_000_000}s`;
  return us % 1000 === 0 ? `${us / 1000}ms` : `${us}us`;
}
