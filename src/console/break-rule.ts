import { BREAK_NAMES, type BreakName, EVEN_REPLICATION_FACTOR, isLiveBreak } from '../core/cluster/break.ts';
import { BREAKS } from '../core/cluster/break-words.ts';
import { REPLICATION_FACTOR } from '../core/cluster/placement.ts';
import type { Cluster } from './cluster.ts';
import { type CommandResult, refuse, succeed } from './result.ts';
import { showTime } from './show.ts';

/** BREAK alone. `value` is what is on, by name. */
export async function listBreaks(cluster: Cluster): Promise<CommandResult> {
  const { breaks } = await cluster.snapshot();
  const width = Math.max(...BREAK_NAMES.map((name) => name.length));
  const lines = BREAK_NAMES.map((name) => {
    const { kind, text } = BREAKS[name];
    return `${breaks.includes(name) ? 'ON ' : 'off'}  ${name.padEnd(width)}  ${kind.padEnd(8)}  ${text}`;
  });
  const values = Object.fromEntries(BREAK_NAMES.map((name) => [name, breaks.includes(name)]));
  return succeed(lines.join('\n'), values);
}

/** BREAK name on|off; without either it says how that one is. */
export async function breakRule(
  cluster: Cluster,
  name: BreakName,
  state: 'on' | 'off' | undefined,
): Promise<CommandResult> {
  const { kind, text } = BREAKS[name];
  const isOn = (await cluster.snapshot()).breaks.includes(name);
  if (state === undefined) return succeed(`${name} is ${isOn ? 'ON' : 'off'} (${kind}). ${text}`, isOn);
  if (!isLiveBreak(name)) return refuse('OnlyAtReset', atReset(state, isOn, (await cluster.run()).config.nodes));
  const result = await cluster.act({ type: 'Break', name, on: state === 'on' });
  if (result.type === 'Refused') return refuse(result.code, `${result.text}.`);
  const at = ` · at ${showTime(result.timeUs)}`;
  if (state === 'on')
    return succeed(`Broken on purpose: ${name} (${kind}). ${text} BREAK ${name} off mends it${at}`, true);
  return succeed(`${name} is off: the rule is kept again; what went wrong meanwhile stays wrong${at}`, false);
}

/** How many voters a shard has is decided when a run begins. */
function atReset(state: 'on' | 'off', isOn: boolean, nodes: number): string {
  if (isOn === (state === 'on')) return `even-cluster is ${state} already.`;
  const fixed = 'How many voters a shard has is decided when a run begins';
  if (state === 'off') return `${fixed}: RESET replicas=${REPLICATION_FACTOR} begins one with three.`;
  const wider = nodes < EVEN_REPLICATION_FACTOR ? `nodes=${EVEN_REPLICATION_FACTOR} ` : '';
  return `${fixed}: RESET ${wider}replicas=${EVEN_REPLICATION_FACTOR} begins one with four.`;
}
