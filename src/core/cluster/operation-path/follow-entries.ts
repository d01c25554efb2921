import type { NodeId } from '../../base/ids.ts';
import { isVoter, votersOf, votesNeeded } from '../../raft/configuration.ts';
import { nodeName } from '../snapshot.ts';
import type { TraceEvent } from '../trace-event.ts';
import { attemptOf } from './follow-client.ts';
import type { EntryLink } from './operation-path.ts';
import type { PathEditor, PathsDraft } from './path-draft.ts';

type Of<T extends TraceEvent['type']> = Extract<TraceEvent, { readonly type: T }>;

/** From the leader's log to a quorum's disks to the state machine. */
export function followEntries(draft: PathsDraft, id: number, event: TraceEvent): void {
  if (event.type === 'RequestProposed') {
    proposed(draft, id, event);
    return;
  }
  const { entries } = draft.linksOf(id);
  for (const [at, entry] of entries.entries()) {
    if (concerns(entry, event)) follow(draft.edit(id), at, entry, event);
  }
}

/** Asked of every event: nothing is copied for those that say nothing of the entry. */
function concerns(entry: EntryLink, event: TraceEvent): boolean {
  switch (event.type) {
    case 'EntriesAppended':
      if (event.shard !== entry.shard) return false;
      return (
        (event.truncatedFrom > 0 && event.truncatedFrom <= entry.index && hasSync(entry, event.node)) ||
        event.entries.some(({ index, term }) => index === entry.index && term === entry.term)
      );
    case 'LogSyncStarted':
      return (
        hasSync(entry, event.node) &&
        event.entries.some(({ shard, from, to }) => shard === entry.shard && from <= entry.index && entry.index <= to)
      );
    case 'EntriesPersisted':
      return event.shard === entry.shard && event.lastIndex >= entry.index && hasSync(entry, event.node);
    case 'CommitAdvanced':
      return (
        event.shard === entry.shard &&
        event.node === entry.leader &&
        event.commitIndex >= entry.index &&
        entry.committedUs === undefined &&
        entry.lost === ''
      );
    case 'EntryApplied':
      return (
        event.shard === entry.shard &&
        event.node === entry.leader &&
        event.index === entry.index &&
        event.term === entry.term
      );
    case 'RoleChanged':
      return (
        event.shard === entry.shard &&
        event.node === entry.leader &&
        event.role !== 'leader' &&
        !entry.applied &&
        entry.lost === ''
      );
    default:
      return false;
  }
}

const hasSync = (entry: EntryLink, node: NodeId): boolean => entry.syncs.some((sync) => sync.node === node);

function follow(path: PathEditor, at: number, entry: EntryLink, event: TraceEvent): void {
  switch (event.type) {
    case 'EntriesAppended':
      appended(path, at, entry, event);
      return;
    case 'LogSyncStarted': {
      const step = path.step(syncOf(entry, event.node));
      if (step?.state !== 'waiting' || event.timeUs === step.startUs) return;
      path.change(step.id, { note: `${ms(event.timeUs - step.startUs)} of it behind the sync before` });
      return;
    }
    case 'EntriesPersisted':
      path.close(syncOf(entry, event.node), 'done');
      if (event.node === entry.leader) stored(path, at, event.node);
      return;
    case 'CommitAdvanced':
      committed(path, at, entry, event);
      return;
    case 'EntryApplied': {
      path.close(
        entry.applyStep,
        'done',
        event.duplicate ? 'a copy of a write that was applied before: not again' : '',
      );
      path.relink('entries', at, { applied: true });
      return;
    }
    case 'RoleChanged': {
      path.relink('entries', at, { lost: `${nodeName(event.node)} stepped down: it ${event.reason}` });
      path.close(entry.applyStep, 'failed', 'stepped down');
      const { phase, shard } = entry;
      const text = 'steps down as the leader';
      path.instant({ kind: 'step down', phase, actor: event.node, shard, text, note: event.reason }, 'failed');
      return;
    }
    default:
  }
}

const syncOf = (entry: EntryLink, node: NodeId): number | undefined =>
  entry.syncs.findLast((sync) => sync.node === node)?.step;

const ms = (us: number): string => `${(us / 1000).toFixed(1)} ms`;

function proposed(draft: PathsDraft, id: number, event: Of<'RequestProposed'>): void {
  if (draft.path(id)?.client !== event.client) return;
  const known = draft
    .linksOf(id)
    .attempts.some(({ requestId, to }) => requestId === event.requestId && to === event.node);
  if (!known) return;
  const path = draft.edit(id);
  const attempt = attemptOf(path, event.requestId)?.attempt;
  if (attempt === undefined) return;
  const { node, shard, term, index, joined, deadlineUs, configuration } = event;
  const { phase } = attempt;
  const what = phase === 'session' ? `opens a session: entry ${index}` : `appends entry ${index}`;
  const expiry = deadlineUs === undefined ? '' : `, expires at log time ${(deadlineUs / 1_000_000).toFixed(3)} s`;
  const note = joined ? 'this write was in its log already: no second entry' : `term ${term}${expiry}`;
  const text = joined ? `waits for entry ${index}` : what;
  path.instant({ kind: 'propose', phase, actor: node, shard, text, note });
  const { entries } = path.links;
  if (entries.some((entry) => entry.index === index && entry.term === term && entry.leader === node)) return;
  const entry: EntryLink = {
    leader: node,
    shard,
    term,
    index,
    configuration,
    phase,
    storedOn: [],
    syncs: [],
    committedUs: undefined,
    applyStep: undefined,
    applied: false,
    lost: '',
  };
  path.link({ entries: [...entries, entry] });
  showQuorum(path, entry);
}

function appended(path: PathEditor, at: number, entry: EntryLink, event: Of<'EntriesAppended'>): void {
  const { node } = event;
  const { shard, phase, index } = entry;
  const carries = event.entries.some((each) => each.index === index && each.term === entry.term);
  if (!carries) {
    const note = 'a leader of a later term had another entry there';
    path.close(syncOf(entry, node), 'failed', note);
    path.instant({ kind: 'lost', phase, actor: node, shard, text: `throws entry ${index} away`, note }, 'failed');
    return;
  }
  const step = path.open({ kind: 'log sync', phase, actor: node, shard, text: `log sync of entry ${index}` });
  path.relink('entries', at, { syncs: [...entry.syncs, { node, step }] });
}

/** The leader knows that this replica's disk holds the entry. */
export function stored(path: PathEditor, at: number, node: NodeId): void {
  const entry = path.links.entries[at];
  if (entry === undefined || entry.storedOn.includes(node) || !isVoter(entry.configuration, node)) return;
  path.relink('entries', at, { storedOn: [...entry.storedOn, node] });
  const after = path.links.entries[at];
  if (after !== undefined) showQuorum(path, after);
}

function committed(path: PathEditor, at: number, entry: EntryLink, event: Of<'CommitAdvanced'>): void {
  const { leader, shard, phase, index, storedOn } = entry;
  const voters = votersOf(entry.configuration).length;
  const text = `quorum: entry ${index} is committed`;
  const note = `stored on ${storedOn.length} of ${voters}: ${[...storedOn]
    .sort((a, b) => a - b)
    .map(nodeName)
    .join(', ')}`;
  path.instant({ kind: 'quorum', phase, actor: leader, shard, text, note });
  const what = phase === 'session' ? 'applies it: the session is in the MemTable' : 'applies it to the MemTable';
  const applyStep = path.open({ kind: 'apply', phase, actor: leader, shard, text: what });
  path.relink('entries', at, { committedUs: event.timeUs, applyStep });
  const after = path.links.entries[at];
  if (after !== undefined) showQuorum(path, after);
}

function showQuorum(path: PathEditor, entry: EntryLink): void {
  const { leader, term, index, configuration, storedOn, committedUs } = entry;
  const shown = path.path.quorum;
  if (shown !== undefined && shown.index > index) return;
  const voters = votersOf(configuration).length;
  path.path.quorum = { leader, term, index, storedOn, needed: votesNeeded(configuration), voters, committedUs };
}
