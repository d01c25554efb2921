import { expect, test } from 'vitest';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import { settingsText } from './link-settings.ts';
import { linkState } from './link-words.ts';

test('a cut is told with its direction', () => {
  expect(linkState(false, false, 'n1', 'n2')).toBe('whole');
  expect(linkState(true, false, 'n1', 'n2')).toBe('cut from n1 to n2');
  expect(linkState(false, true, 'n1', 'n2')).toBe('cut from n2 to n1');
  expect(linkState(true, true, 'n1', 'n2')).toBe('cut both ways');
});

test('a direction’s own settings go before those of all links, those before the run’s', () => {
  const { network } = CLASSROOM;
  const links = new Map([
    ['*', { delayUs: 50_000, drop: 0.2 }],
    ['1>2', { drop: 0.1, duplicate: 0.05 }],
  ]);
  expect(settingsText(network, new Map(), 1, 2)).toBe('10 ms ± 2 ms, drops none');
  expect(settingsText(network, links, 1, 2)).toBe('50 ms ± 2 ms, drops 10 %, doubles 5 %');
  expect(settingsText(network, links, 2, 1)).toBe('50 ms ± 2 ms, drops 20 %');
});
