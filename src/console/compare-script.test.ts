import { expect, test } from 'vitest';
import { nodeId } from '../core/base/ids.ts';
import type { ClientName } from '../core/cluster/action.ts';
import { bind } from './bind.ts';
import { compareScript } from './compare-script.ts';
import { resolveVerb } from './registry.ts';
import { runLine } from './run-line.ts';
import { createSession } from './session.ts';
import { FakeCluster } from './testing/fake-cluster.ts';
import { tokenizeLine } from './tokenizer.ts';

const topology = { nodes: [1, 2, 3].map(nodeId), shards: 8 };
const COMPARISON = {
  ...{ key: 'my cart; 7', alone: 'n2', others: ['n1', 'n3'], near: 'n3', shard: 's1' },
  before: 'eventual',
} as const;

test('every line of the script is one that the console takes, whatever the key is', () => {
  for (const { line } of compareScript(COMPARISON)) {
    const commands = tokenizeLine(line);
    if (!commands.ok) throw new Error(line);
    for (const text of commands.value) {
      const command = resolveVerb(text);
      expect(command.ok && bind(command.value, text, topology), line).toMatchObject({ ok: true });
    }
  }
});

test('each operation goes to both keyspaces by the same client, and the console ends where it was', () => {
  const lines = compareScript(COMPARISON).map(({ line }) => line);
  expect(lines).toContain('PARTITION n2 a | n1 n3 b; RUN for=1200ms');
  for (const line of lines.filter((each) => each.startsWith('USE'))) {
    const [, strong = '', , eventual = '', last] = line.split(/; (?=[A-Z])/);
    const client = (text: string): ClientName | undefined => /as=(\w)/.exec(text)?.[1] as ClientName | undefined;
    expect(client(strong)).toBe(client(eventual));
    expect(strong.split(' as=')[0]).toBe(eventual.split(' as=')[0]);
    expect(last).toBe('USE eventual');
  }
});

test('COMPARE prints the script, does nothing to the cluster, and has the screen show it', async () => {
  const cluster = new FakeCluster();
  const shown: string[] = [];
  const session = createSession({ showWorlds: (key) => void shown.push(key) });
  const [result] = await runLine(cluster, session, 'COMPARE');
  expect(result).toMatchObject({ ok: true });
  expect(result?.text).toMatch(/^# b writes "milk" while all is well\nUSE strong; PUT cart:7 milk as=b/);
  expect(shown).toEqual(['cart:7']);
});
