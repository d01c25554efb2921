import type { NodeId } from '../../base/ids.ts';
import type { TraceEvent } from '../trace-event.ts';
import { followClient } from './follow-client.ts';
import { followEntries } from './follow-entries.ts';
import { followEventual } from './follow-eventual.ts';
import { followMessages } from './follow-messages.ts';
import { followReads } from './follow-reads.ts';
import { FOLLOWED_AFTER_US, type Links, type OperationPath, type OperationPaths } from './operation-path.ts';
import { omittedStep, PathsDraft } from './path-draft.ts';

/**
 * The paths after a batch of events in run order; the same as taking them in one by one. Pure: the state given stays as it was. An event that
 * concerns no operation followed costs a look at the live ones, of which there are few.
 */
export function reducePaths(state: OperationPaths, events: readonly TraceEvent[]): OperationPaths {
  if (events.length === 0) return state;
  const draft = new PathsDraft(state);
  for (const event of events) takeIn(draft, event);
  return draft.finish();
}

function takeIn(draft: PathsDraft, event: TraceEvent): void {
  draft.nowUs = event.timeUs;
  switch (event.type) {
    case 'DetailsOmitted':
      draft.omittedUntilUs = Math.max(draft.omittedUntilUs, event.untilUs);
      for (const [id] of draft.live) omitDetails(draft, id);
      return;
    case 'ActionTaken':
      // The clients have forgotten everything, and operation ids begin again.
      if (event.action.type === 'Reload') draft.forgetAll();
      return;
    case 'NodeKilled':
      died(draft, event.node, `n${event.node} was killed`);
      return;
    case 'NodeCrashed':
      died(draft, event.node, `n${event.node} crashed`);
      return;
    default:
  }
  followClient(draft, event);
  for (const [id, links] of draft.live) {
    const path = draft.path(id);
    if (path === undefined) continue;
    if (isOver(path, links, event.timeUs)) {
      if (path.steps.some(({ state }) => state === 'waiting')) leaveOpen(draft, id, 'not followed any further');
      draft.retire(id);
    } else if (!path.detailsOmitted) {
      followEntries(draft, id, event);
      followReads(draft, id, event);
      followEventual(draft, id, event);
    }
  }
  followMessages(draft, event);
}

/** Complete, and nothing of it is under way any more, or it has been under way for long. */
function isOver(path: OperationPath, { touchedUs }: Links, nowUs: number): boolean {
  if (path.completedUs === undefined || nowUs <= touchedUs) return false;
  return nowUs > path.completedUs + FOLLOWED_AFTER_US || !path.steps.some(({ state }) => state === 'waiting');
}

function omitDetails(draft: PathsDraft, id: number): void {
  const path = draft.path(id);
  if (path?.detailsOmitted !== false) return;
  const over = path.completedUs !== undefined;
  if (over && !path.steps.some(({ state }) => state === 'waiting')) {
    draft.retire(id);
    return;
  }
  leaveOpen(draft, id, FULL_SPEED);
  const editor = draft.edit(id);
  editor.path.detailsOmitted = true;
  editor.link({ attempts: [], entries: [], reads: [], eventual: [] });
  if (over) draft.retire(id);
  else editor.instant(omittedStep(editor.path));
}

const FULL_SPEED = 'its end was not observed: full speed';

function leaveOpen(draft: PathsDraft, id: number, note: string): void {
  const editor = draft.edit(id);
  for (const step of editor.waiting) editor.close(step.id, 'unobserved', note, step.startUs);
}

/** What it was doing ends here; messages that it has sent travel on. */
function died(draft: PathsDraft, node: NodeId, why: string): void {
  for (const [id, { entries }] of draft.live) {
    const path = draft.path(id);
    if (path === undefined) continue;
    const doing = path.steps.filter((step) => step.state === 'waiting' && step.actor === node && step.to === undefined);
    const leads = entries.some((entry) => entry.leader === node && !entry.applied && entry.lost === '');
    if (doing.length === 0 && !leads) continue;
    const editor = draft.edit(id);
    for (const step of doing) editor.close(step.id, 'failed', why);
    for (const [at, entry] of entries.entries()) {
      if (entry.leader === node && !entry.applied && entry.lost === '') editor.relink('entries', at, { lost: why });
    }
    const { shard } = path;
    editor.instant({ kind: 'lost', phase: 'operation', actor: node, shard, text: why.replace(/^n\d+ /, '') }, 'failed');
  }
}
