import { expect, test } from 'vitest';
import { CLASSROOM } from '../../../core/cluster/presets.ts';
import { countOf, drawn, runOf, textOf } from '../../testing/static-view.tsx';
import { VnodeCard } from './vnode-card.tsx';

test('a row a node, theory beside what is measured, and the join beside ideal and modulo', () => {
  const html = drawn(<VnodeCard />, { run: runOf({ ...CLASSROOM, nodes: 9, shards: 64 }) });
  expect(countOf(html, 'share-mark')).toBe(18);
  const text = textOf(html);
  for (const part of [
    'It moves nothing',
    'an even one is 11.1 %',
    'deviation ± 7.9 % ± 115.6 %',
    'theory, 1/√v ± 8.2 % ± 100.0 %',
    'theory, 9 nodes ± 7.7 % ± 89.4 %',
    'of 64 shards ± 49.8 %',
    'If n10 joined',
    'of all 192 copies',
    'ideal 1/(N+1) 10.0 % 10.0 %',
    'hash mod N 70.0 % 90.0 %',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('has a copy of everything');
});

test('where every node has everything, it says why hash mod N moves as little', () => {
  const text = textOf(drawn(<VnodeCard />, { run: runOf() }));
  expect(text).toContain('hash mod N 25.0 % 75.0 %');
  expect(text).toContain('Each of 3 nodes has a copy of everything');
});
