import { showSetting } from '../../console/show-setting.ts';
import type { LinkSettings } from '../../core/cluster/action.ts';
import type { RunConfig } from '../../core/cluster/run.ts';

/** `10 ms ± 2 ms, drops 5 %`: what holds on one direction of a link, its own settings before those of all links before the run's. */
export function settingsText(
  network: RunConfig['network'],
  links: ReadonlyMap<string, LinkSettings>,
  from: number,
  to: number,
): string {
  const { delayUs, jitterUs, drop, duplicate, reorder } = {
    ...network,
    ...links.get('*'),
    ...links.get(`${from}>${to}`),
  };
  const words = [`${showSetting('link.delay', delayUs)} ± ${showSetting('link.jitter', jitterUs)}`];
  words.push(drop > 0 ? `drops ${showSetting('link.drop', drop)}` : 'drops none');
  if (duplicate > 0) words.push(`doubles ${showSetting('link.dup', duplicate)}`);
  if (reorder > 0) words.push(`reorders ${showSetting('link.reorder', reorder)}`);
  return words.join(', ');
}

/** Both ways of a link in words, each with its own where they differ. */
export function linkSettings(
  network: RunConfig['network'],
  links: ReadonlyMap<string, LinkSettings>,
  [a, first]: readonly [number, string],
  [b, second]: readonly [number, string],
): readonly string[] {
  const [out, back] = [settingsText(network, links, a, b), settingsText(network, links, b, a)];
  return out === back ? [out] : [`${first} → ${second}: ${out}`, `${second} → ${first}: ${back}`];
}
