import type { Micros, NodeId } from '../core/base/ids.ts';
import type { Action } from '../core/cluster/action.ts';
import { nodeName } from '../core/cluster/snapshot.ts';
import type { Cluster } from './cluster.ts';
import { showClock } from './show.ts';

/** What came of it; `code`: it was refused. */
type Ordered = { readonly text: string; readonly timeUs: Micros } | { readonly text: string; readonly code: string };

export async function freeze(cluster: Cluster, node: NodeId): Promise<Ordered> {
  const name = nodeName(node);
  const { shards } = await cluster.snapshot();
  const led = shards.filter(({ leader }) => leader === name).map(({ id }) => id);
  const leads = led.length === 0 ? '' : `; it led ${led.length > 8 ? `${led.length} shards` : led.join(' ')}`;
  return order(cluster, { type: 'Freeze', node }, `${name} stands still${leads}. THAW ${name} has it go on`);
}

export const thaw = (cluster: Cluster, node: NodeId): Promise<Ordered> =>
  order(cluster, { type: 'Thaw', node }, `${nodeName(node)} goes on, and takes what has arrived meanwhile`);

/** @param drift in millionths */
export async function setClock(
  cluster: Cluster,
  node: NodeId,
  offset: Micros | undefined,
  drift: number | undefined,
): Promise<Ordered> {
  const name = nodeName(node);
  if (offset === undefined && drift === undefined)
    return { code: 'MissingArgument', text: `CLOCK needs something to set: CLOCK ${name} offset=+400ms drift=1%.` };
  const action: Action = {
    type: 'Clock',
    node,
    ...(offset !== undefined && { offsetUs: offset }),
    ...(drift !== undefined && { ratePpm: drift }),
  };
  const done = await order(cluster, action, '');
  if ('code' in done) return done;
  const clock = (await cluster.snapshot()).nodes.find(({ id }) => id === name)?.clock;
  const error = clock === undefined ? '' : showClock(clock);
  return { ...done, text: error === '' ? `${name}'s clocks are right` : `${name}'s clock: ${error}` };
}

async function order(cluster: Cluster, action: Action, text: string): Promise<Ordered> {
  const result = await cluster.act(action);
  if (result.type === 'Refused') return { code: result.code, text: `${result.text}.` };
  return { text, timeUs: result.timeUs };
}
