import { keep, readKept } from '../kept.ts';

const GROUPS = ['columns', 'left', 'right'] as const;
export type PaneGroup = (typeof GROUPS)[number];

const keptAs = (group: PaneGroup): string => `share.${group}`;

/** The first pane's share, 0 … 1, as the person left it; undefined when they never did, or what was kept is no share. */
export function keptShare(group: PaneGroup): number | undefined {
  const share = Number.parseFloat(readKept(keptAs(group)) ?? '');
  return share >= 0 && share <= 1 ? share : undefined;
}

export const keepShare = (group: PaneGroup, share: number): void => keep(keptAs(group), String(share));

export function forgetSizes(): void {
  for (const group of GROUPS) keep(keptAs(group), undefined);
}
