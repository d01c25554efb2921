import type { ConfigName } from '../core/cluster/action.ts';
import { DURABILITIES } from '../core/cluster/run.ts';
import { COMPACTION_STYLES } from '../core/lsm/compaction-style.ts';
import { PHI_FORMULAS } from '../core/membership/options.ts';
import { CLOCK_MODES, CONFLICTS } from '../core/replication/choices.ts';
import { showChance, showDuration } from './show.ts';

/** A setting's value as CONFIG takes it. */
export function showSetting(name: ConfigName, value: number): string {
  switch (name) {
    case 'durability':
      return DURABILITIES[value] ?? String(value);
    case 'compaction':
      return COMPACTION_STYLES[value] ?? String(value);
    case 'phi.formula':
      return PHI_FORMULAS[value] ?? String(value);
    case 'conflicts':
      return CONFLICTS[value] ?? String(value);
    case 'clock':
      return CLOCK_MODES[value] ?? String(value);
    case 'phi.threshold':
    case 'phi.window':
    case 'vnodes':
      return String(value);
    case 'link.drop':
    case 'link.dup':
    case 'link.reorder':
      return showChance(value);
    case 'link.delay':
    case 'link.jitter':
    case 'disk.sync':
    case 'down.after':
    case 'check.interval':
    case 'scrub.interval':
      return showDuration(value);
  }
}
