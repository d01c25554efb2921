import type { Micros, NodeId } from '../../core/base/ids.ts';
import type { Action, ConfigName, LinkSettings } from '../../core/cluster/action.ts';
import { DURABILITIES } from '../../core/cluster/run.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { Draft } from './draft.ts';
import { EMPTY_NODE, EMPTY_STORAGE } from './view-model.ts';

const LINK_SETTING: Record<ConfigName, keyof LinkSettings | undefined> = {
  'link.delay': 'delayUs',
  'link.jitter': 'jitterUs',
  'link.drop': 'drop',
  'link.dup': 'duplicate',
  'link.reorder': 'reorder',
  'disk.sync': undefined,
  durability: undefined,
  compaction: undefined,
  'phi.threshold': undefined,
  'phi.window': undefined,
  'phi.formula': undefined,
  'down.after': undefined,
  'check.interval': undefined,
  conflicts: undefined,
  clock: undefined,
  'scrub.interval': undefined,
  vnodes: undefined,
};

/** A reload goes back to what the run began with. */
function setDurability(draft: Draft, action: Action): void {
  const isReload = action.type === 'Reload';
  if (!isReload && (action.type !== 'Configure' || action.name !== 'durability')) return;
  const durability = isReload ? undefined : DURABILITIES[action.value];
  const nodes = isReload || action.node === undefined ? [...draft.view.nodes.keys()] : [action.node];
  for (const node of nodes) draft.changeNode(node, { durability });
}

/** It is not down any more, though its process has yet to say so: a frozen one will not until it is thawed. */
function starts(draft: Draft, node: NodeId, sinceUs: Micros): void {
  const boot = (draft.view.nodes.get(node)?.boot ?? 0) + 1;
  const recovery = { sinceUs, durationUs: 0, logRecords: 0 };
  draft.changeNode(node, { state: 'recovering', frozen: false, boot, reason: '', fault: undefined, recovery });
}

/** On another disk it has nothing of what it had. */
function takeDisk(draft: Draft, node: NodeId, incarnation: number): void {
  if ((draft.view.nodes.get(node)?.incarnation ?? 1) === incarnation) return;
  draft.forgetReplicas(node);
  draft.changeStorage(node, EMPTY_STORAGE);
  draft.changeNode(node, { incarnation, disk: EMPTY_NODE.disk });
}

/** Which nodes run, and which links are cut or were given settings. */
export function reduceNode(draft: Draft, event: TraceEvent): void {
  switch (event.type) {
    case 'NodeStarted':
      takeDisk(draft, event.node, event.incarnation ?? 1);
      draft.changeNode(event.node, {
        state: 'recovering',
        frozen: false,
        boot: event.boot,
        reason: '',
        fault: undefined,
        recovery: { sinceUs: event.timeUs, durationUs: event.recoveryUs, logRecords: event.logRecords },
      });
      return;
    case 'NodeAdded':
      draft.changeNode(event.node, { state: 'down' });
      return;
    case 'NodeRecovered':
      draft.changeNode(event.node, { state: 'up', reason: '' });
      return;
    case 'NodeKilled':
      draft.changeNode(event.node, { state: 'down', frozen: false, reason: '' });
      return;
    case 'NodeCrashed':
      draft.changeNode(event.node, { state: 'crashed', frozen: false, reason: event.reason, fault: event.fault });
      return;
    case 'NodeFrozen':
    case 'NodeThawed':
      draft.changeNode(event.node, { frozen: event.type === 'NodeFrozen' });
      return;
    case 'ClockChanged': {
      const { offsetUs, ratePpm } = event;
      const right = offsetUs === 0 && ratePpm === 0;
      draft.changeNode(event.node, { clock: right ? undefined : { offsetUs, ratePpm } });
      return;
    }
    case 'DiskChanged': {
      const { slowdown, full } = event;
      draft.changeNode(event.node, { disk: { slowdown, full } });
      return;
    }
    case 'LinkChanged': {
      const key = `${event.from}>${event.to}`;
      const before = draft.view.cuts.get(key);
      if (event.cut && before === undefined)
        draft.cuts().set(key, { from: event.from, to: event.to, sinceUs: event.timeUs });
      else if (!event.cut && before !== undefined) draft.cuts().delete(key);
      if (Object.keys(event.settings).length > 0) draft.links().set(key, event.settings);
      else if (draft.view.links.has(key)) draft.links().delete(key);
      return;
    }
    case 'ActionTaken': {
      if (event.action.type === 'Reload') draft.beginAgain();
      if (event.action.type === 'Revive') starts(draft, event.action.node, event.timeUs);
      setDurability(draft, event.action);
      const setting = event.action.type === 'Configure' ? LINK_SETTING[event.action.name] : undefined;
      if (event.action.type !== 'Configure' || setting === undefined) return;
      draft.links().set('*', { ...draft.view.links.get('*'), [setting]: event.action.value });
      return;
    }
    default:
  }
}
