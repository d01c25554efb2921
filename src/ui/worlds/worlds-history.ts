import { decodeKey } from '../../core/cluster/describe.ts';
import type { AskedHere, World } from './worlds-at.ts';

/**
 * What clients were told in one of the keyspaces, as a file for the linearizability checker (`sim/checker`, model kv). Several siblings are an answer
 * that no single copy gives: they are told as a list.
 */
export function worldsHistory(asked: readonly AskedHere[], key: string, world: World): string {
  const lives = new Map<string, number>();
  const lines = asked
    .filter((each) => each.world === world)
    .flatMap((each) => {
      const life = lives.get(each.client) ?? 0;
      const process = life === 0 ? each.client : `${each.client} ${life}`;
      const f = each.verb === 'GET' ? 'read' : each.verb === 'PUT' ? 'write' : 'delete';
      const asks = { process, f, key, value: each.value ?? null };
      const invoked = { place: each.begun, line: { ...asks, type: 'invoke', time: each.askedUs * 1000 } };
      const { outcome } = each;
      if (outcome === undefined || outcome.status === 'unknown') {
        // It may still happen: whatever the client does next, another process does.
        lives.set(each.client, life + 1);
        return [invoked];
      }
      const type = outcome.status === 'ok' ? 'ok' : 'fail';
      const value = f === 'read' && outcome.status === 'ok' ? answeredValue(each) : asks.value;
      return [invoked, { place: each.ended, line: { ...asks, type, value, time: each.answeredUs * 1000 } }];
    });
  lines.sort((a, b) => a.place - b.place);
  return lines.map(({ line }) => `${JSON.stringify(line)}\n`).join('');
}

function answeredValue({ outcome }: AskedHere): string | null | readonly (string | null)[] {
  if (outcome?.status !== 'ok') return null;
  const { result } = outcome;
  if (result.type === 'Value') return textOf(result.value);
  if (result.type !== 'EventualFound') return null;
  const values = result.versions.map(({ value }) => textOf(value));
  return values.length > 1 ? values : (values[0] ?? null);
}

const textOf = (value: Uint8Array | undefined): string | null => (value === undefined ? null : decodeKey(value));
