import './entry-card.css';
import type { ReactNode } from 'react';
import type { ShardId } from '../../../core/base/ids.ts';
import { type CommandFields, commandFields } from '../../../core/cluster/command-fields.ts';
import { nodeName, shardName } from '../../../core/cluster/snapshot.ts';
import { useAppState } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import { outcomeText } from '../../store/outcome-text.ts';
import type { RequestView } from '../../store/view-model.ts';
import { NodeChip } from '../node-chip.tsx';
import { type EntryId, type EntryStory, entryStory, type Moment, type ReplicaStory } from './entry-story.ts';

/** An entry's operation: what it writes, for whom, where it has got to, and what the client was told. */
export function EntryCard({ shard, id }: { readonly shard: ShardId; readonly id: EntryId }) {
  const model = useAppState((state) => state.model);
  const story = entryStory(model, shard, id);
  if (story === undefined) {
    return <p className="empty">No replica of {shardName(shard)} holds this entry within what the page keeps.</p>;
  }
  const { kind, command } = story.entry;
  const fields = kind === 'command' ? commandFields(command) : undefined;
  return (
    <>
      <p className="mono entry-title">{story.entry.title}</p>
      <dl className="entry-facts">
        <Operation fields={fields} />
        <LogTime fields={fields} stampUs={story.entry.stampUs} />
        <Fact name="Client">
          <Client story={story} fields={fields} />
        </Fact>
        <Fact name="Proposed">
          <Proposed story={story} />
        </Fact>
        {kind !== 'command' || fields?.type === 'time' ? null : (
          <Fact name="Told">
            <Told request={story.request} opens={fields?.type === 'session'} />
          </Fact>
        )}
      </dl>
      <table className="entry-replicas">
        <caption className="sr-only">When each replica got how far with it, in seconds of virtual time</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Replica</span>
            </th>
            <th scope="col">in its log</th>
            <th scope="col">on disk</th>
            <th scope="col">committed</th>
            <th scope="col">applied</th>
          </tr>
        </thead>
        <tbody>
          {story.replicas.map((replica) => (
            <ReplicaRow key={replica.node} replica={replica} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Operation({ fields }: { readonly fields: CommandFields | undefined }) {
  if (fields?.type === 'batch')
    return (
      <Fact name="Batch">
        {fields.items.map((item) => (
          <div key={item} className="mono">
            {item}
          </div>
        ))}
      </Fact>
    );
  if (fields?.type !== 'write') return null;
  return (
    <>
      <Fact name="Key">
        <span className="mono">{fields.key}</span>
      </Fact>
      {fields.expected === undefined ? null : (
        <Fact name="Expects">
          <span className="mono">{fields.expected}</span>
        </Fact>
      )}
      <Fact name="Value">
        {fields.value === undefined ? 'none: it deletes the key' : <span className="mono">{fields.value || '""'}</span>}
      </Fact>
    </>
  );
}

/** Where it matters: an entry that moves log time on, and a value that expires by it. */
function LogTime({ fields, stampUs }: { readonly fields: CommandFields | undefined; readonly stampUs: number }) {
  if (fields?.type === 'time')
    return (
      <Fact name="Log time">
        goes on to <Seconds timeUs={stampUs} /> s
      </Fact>
    );
  if (fields?.type !== 'write' || fields.ttlUs === undefined) return null;
  return (
    <Fact name="Expires">
      at log time <Seconds timeUs={stampUs + fields.ttlUs} /> s, <Seconds timeUs={fields.ttlUs} /> s after its stamp
    </Fact>
  );
}

function Client({ story, fields }: { readonly story: EntryStory; readonly fields: CommandFields | undefined }) {
  const clients = useAppState((state) => state.model.clients);
  const client = story.request?.told?.client ?? story.request?.proposed?.client;
  const name = client === undefined ? 'not observed' : (clients.get(client) ?? 'client');
  if (story.entry.kind === 'noop') return <>none: a new leader appends it to learn what is committed</>;
  if (story.entry.kind === 'configuration')
    return <>none: in force on each replica as soon as it is in its log, committed or not</>;
  if (fields?.type === 'time') return <>none: the leader appends it because a value has reached its deadline</>;
  if (fields?.type === 'session')
    return (
      <>
        {name}, opens session {story.entry.index}
      </>
    );
  if (fields === undefined) return <>{name}</>;
  return (
    <>
      {name}, session {fields.session}, write {fields.sequence} in it
    </>
  );
}

function Proposed({ story: { request, replicas, entry } }: { readonly story: EntryStory }) {
  const proposed = request?.proposed;
  if (proposed !== undefined)
    return (
      <>
        by {nodeName(proposed.node)} at <Seconds timeUs={proposed.timeUs} />
      </>
    );
  const first = replicas
    .flatMap(({ node, received }) => (typeof received === 'number' ? [{ node, received }] : []))
    .sort((a, b) => a.received - b.received)[0];
  if (first === undefined) return <>before the replicas last started</>;
  // A leader's own entry is in its own log first.
  return (
    <>
      in term {entry.term}; first seen on {nodeName(first.node)} at <Seconds timeUs={first.received} />
    </>
  );
}

function Told({ request, opens }: { readonly request: RequestView | undefined; readonly opens: boolean }) {
  const told = request?.told;
  if (told !== undefined) {
    const { text, why, good } = outcomeText(told.outcome);
    return (
      <>
        <span className={good ? 'ok' : 'bad'}>
          {good ? '✓' : '✕'} {text}
        </span>{' '}
        at <Seconds timeUs={told.timeUs} />: {why}
      </>
    );
  }
  const answer = request?.answer;
  if (answer !== undefined && request?.proposed !== undefined) {
    const answered = opens && answer.type === 'Registered' ? 'the session is open' : ANSWERS[answer.type];
    return (
      <>
        {nodeName(request.proposed.node)} answered {answered ?? answer.type} at <Seconds timeUs={answer.timeUs} />
      </>
    );
  }
  return <>nothing that names this entry</>;
}

const ANSWERS: Readonly<Record<string, string>> = {
  LeadershipLost: 'that it lost its leadership: the write may still happen',
  Written: 'that it is written',
  Busy: 'that it is busy',
};

function ReplicaRow({ replica }: { readonly replica: ReplicaStory }) {
  const { node, holds } = replica;
  const up = useAppState((state) => state.model.nodes.get(node)?.state === 'up');
  return (
    <tr>
      <th scope="row">
        <NodeChip node={node} up={up} />
      </th>
      {holds === 'yes' ? (
        [replica.received, replica.stored, replica.committed, replica.applied].map((moment, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: always these four, in this order
          <td key={i}>
            <MomentText moment={moment} />
          </td>
        ))
      ) : (
        <td colSpan={4} className={holds === 'truncated' ? 'bad' : 'dim'}>
          {HOLDS_WORDS[holds]}
        </td>
      )}
    </tr>
  );
}

const HOLDS_WORDS = {
  no: 'does not hold it',
  other: 'holds another entry at this index',
  truncated: '✕ held it and truncated it',
} as const;

function MomentText({ moment }: { readonly moment: Moment }) {
  if (moment === 'not yet') return <span className="faint">–</span>;
  if (moment === 'earlier') return <span className="dim">✓ earlier</span>;
  return <Seconds timeUs={moment} />;
}

const Seconds = ({ timeUs }: { readonly timeUs: number }) => <span className="mono">{formatSeconds(timeUs)}</span>;

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
