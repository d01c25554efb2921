import { keep, readKept } from '../kept.ts';

/** Shares of a group's panes in percent, by pane. */
export type PaneSizes = Readonly<Record<string, number>>;

const GROUPS = ['columns', 'left', 'right'] as const;
export type PaneGroup = (typeof GROUPS)[number];

const keptAs = (group: PaneGroup): string => `sizes.${group}`;

/** As the person left them; undefined when they never did, or what was kept is no set of sizes for these panes. */
export function keptSizes(group: PaneGroup, panes: readonly string[]): PaneSizes | undefined {
  const text = readKept(keptAs(group));
  if (text === undefined) return undefined;
  try {
    const sizes: unknown = JSON.parse(text);
    return areSizes(sizes, panes) ? sizes : undefined;
  } catch {
    return undefined;
  }
}

export const keepSizes = (group: PaneGroup, sizes: PaneSizes): void => keep(keptAs(group), JSON.stringify(sizes));

export function forgetSizes(): void {
  for (const group of GROUPS) keep(keptAs(group), undefined);
}

function areSizes(value: unknown, panes: readonly string[]): value is PaneSizes {
  if (typeof value !== 'object' || value === null) return false;
  const sizes = value as Record<string, unknown>;
  const shares = panes.map((pane) => sizes[pane]);
  const known = Object.keys(sizes).length === panes.length;
  const sum = shares.reduce<number>((total, share) => total + (typeof share === 'number' ? share : Number.NaN), 0);
  return known && shares.every((share) => typeof share === 'number' && share >= 0) && Math.abs(sum - 100) < 1;
}
