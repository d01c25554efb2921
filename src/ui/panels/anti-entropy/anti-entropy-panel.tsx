import './anti-entropy.css';
import { useMemo, useState } from 'react';
import { formatCommand } from '../../../console/format-command.ts';
import type { Keyspace } from '../../../console/session.ts';
import { plural } from '../../../console/show.ts';
import type { ShardId } from '../../../core/base/ids.ts';
import { decodeKey } from '../../../core/cluster/describe.ts';
import { nodeName, shardName } from '../../../core/cluster/snapshot.ts';
import { useAppState, useCommand } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import type { RunView } from '../../store/app-store.ts';
import { EMPTY_INTEGRITY, type SyncView, type WalkView } from '../../store/integrity-view.ts';
import { DialChip } from '../dial/dial-chip.tsx';
import { ShardPicker } from '../shard-picker.tsx';
import { CheckLine } from './check-line.tsx';
import { type Comparison, comparisonsOf } from './comparisons.ts';
import { EventualStanding } from './eventual-standing.tsx';
import { ExchangeFigures } from './exchange-figures.tsx';
import { ExchangedRows } from './exchanged-rows.tsx';
import { HeldRows } from './held-rows.tsx';
import { MerkleTrees } from './merkle-trees.tsx';
import { ReplacedRows } from './replaced-rows.tsx';
import { ReplicaStanding, standings } from './replica-standing.tsx';
import { freshKey, keysOfShard, victimOf } from './shard-keys.ts';

/** Do the replicas of a shard hold the same? Their Merkle trees, the walk down where they differ, what was sent for it and what came of it. */
export function AntiEntropyPanel() {
  const run = useAppState((state) => state.run);
  const shard = useAppState((state) => state.focusedShard);
  return (
    <section className="panel anti-entropy" aria-labelledby="entropy-title">
      <div className="panel-head">
        <h2 id="entropy-title">
          Anti-entropy <span className="dim">do all replicas of {shardName(shard)} hold the same?</span>
        </h2>
        <ShardPicker />
      </div>
      {run === undefined ? null : <Content key={shard} run={run} shard={shard} />}
    </section>
  );
}

function Content({ run, shard }: { readonly run: RunView; readonly shard: ShardId }) {
  const model = useAppState((state) => state.model);
  const [pickedKey, setPickedKey] = useState<Uint8Array>();
  const [heldIn, setHeldIn] = useState<Keyspace>();
  const [pickedComparison, setPickedComparison] = useState<string>();
  const integrity = model.integrity.get(shard) ?? EMPTY_INTEGRITY;
  const comparisons = useMemo(() => comparisonsOf(integrity), [integrity]);
  const { recent } = model;
  const keys = useMemo(() => keysOfShard({ recent }, integrity, run.ring, shard), [recent, integrity, run.ring, shard]);
  const key = keys.find((each) => String(each) === String(pickedKey)) ?? keys[0];
  const inUse = useAppState((state) => state.keyspace);
  const shown =
    comparisons.find(({ name }) => name === pickedComparison) ??
    comparisons.find(({ walk }) => walk.keyspace === inUse) ??
    comparisons[0];
  const replicas = model.shards.get(shard);
  const nodes = [...(replicas?.keys() ?? [])].sort((a, b) => a - b);
  const keysOf = (node: number) => {
    const sync = shown?.walk.sync;
    if (sync !== undefined) return node === shown?.walk.node ? sync.keysHeld : sync.keysThere;
    return nodes.flatMap((id) => (id === node ? [replicas?.get(id)?.keys] : []))[0];
  };
  const isNew = integrity.check === undefined && comparisons.length === 0;
  return (
    <>
      {isNew ? (
        <div className="empty">
          <p>
            The replicas of {shardName(shard)} have not been compared yet. Each builds a hash tree over all its rows;
            where two roots are equal, everything below is, and where they are not, the tree says which rows differ. It
            happens by itself every so often.
          </p>
          <p>
            <CompareButton shard={shard} />
          </p>
        </div>
      ) : (
        <div className="entropy-actions">
          <CompareButton shard={shard} />
          <DamageButton run={run} shard={shard} picked={key} />
          {comparisons.length < 2 || shown === undefined ? null : (
            <ComparisonPicker all={comparisons} shown={shown} onPick={setPickedComparison} />
          )}
        </div>
      )}
      {integrity.check === undefined ? null : <CheckLine check={integrity.check} />}
      {shown === undefined ? null : (
        <>
          <section aria-labelledby="trees-title">
            <h3 id="trees-title">
              Merkle trees{shown.walk.keyspace === 'eventual' ? ' of the eventual keyspace' : ''}{' '}
              <span className="dim">{walkWords(shown)}</span>
            </h3>
            <MerkleTrees walk={shown.walk} keysOf={keysOf} />
          </section>
          <ExchangeFigures integrity={integrity} walk={shown.walk} keysHeld={keysOf(shown.walk.node)} />
          <ReplacedRows walk={shown.walk} />
          <ExchangedRows walk={shown.walk} />
        </>
      )}
      {isNew && keys.length === 0 ? null : (
        <HeldRows
          shard={shard}
          nodes={nodes}
          keys={keys}
          picked={key}
          onPick={setPickedKey}
          keyspace={heldIn ?? inUse}
          onKeyspace={setHeldIn}
        />
      )}
      <EventualStanding shard={shard} />
      <ReplicaStanding replicas={standings(model)} />
      <p className="entropy-note entropy-dial">
        What each read and write promises: <DialChip />
      </p>
    </>
  );
}

function CompareButton({ shard }: { readonly shard: ShardId }) {
  const command = useCommand();
  const line = formatCommand('REPAIR', [shardName(shard)]);
  return (
    <button type="button" className="button" title={line} onClick={() => command(line)}>
      Compare the replicas
    </button>
  );
}

interface PickerProps {
  readonly all: readonly Comparison[];
  readonly shown: Comparison;
  readonly onPick: (name: string) => void;
}

const ComparisonPicker = ({ all, shown, onPick }: PickerProps) => (
  <label className="field entropy-picker">
    <span className="sr-only">Comparison</span>
    <select value={shown.name} onChange={({ target }) => onPick(target.value)}>
      {all.map((each) => (
        <option key={each.name} value={each.name}>
          {optionWords(each)}
        </option>
      ))}
    </select>
  </label>
);

interface DamageProps {
  readonly run: RunView;
  readonly shard: ShardId;
  /** The key that is looked at; undefined: the page knows of none. */
  readonly picked: Uint8Array | undefined;
}

/** Damages a row of one follower so that no checksum tells, in order to see it found. */
function DamageButton({ run, shard, picked }: DamageProps) {
  const command = useCommand();
  const victim = useAppState(({ model }) => victimOf(model, shard));
  if (victim === undefined) return null;
  const key = picked === undefined ? freshKey(run.ring, shard) : decodeKey(picked);
  const damage = formatCommand('DISK', [nodeName(victim), 'corrupt', 'row'], { key });
  const line = picked === undefined ? `${formatCommand('PUT', [key, 'v'])}; ${damage}` : damage;
  return (
    <button type="button" className="button" title={line} onClick={() => command(line)}>
      Damage {key} on {nodeName(victim)}
    </button>
  );
}

const OUTCOMES: Record<NonNullable<WalkView['outcome']>, string> = {
  walk: 'the roots are equal now',
  'all rows': 'all rows were fetched, and the roots are equal now',
  snapshot: 'a snapshot took the place of everything',
  'no answer': 'given up: nobody answered',
  'not kept': 'given up: that entry’s rows are kept no more',
  stopped: 'ended with its process',
  equal: 'the roots are equal',
  exchanged: 'each has what the other had',
  unsettled: 'given up: the other began anew or was purged further again and again',
  'rows refused': 'some rows were refused',
  NoReplica: 'given up: no replica is there',
  Incomplete: 'given up: the other is being copied itself',
  Damaged: 'given up: the other cannot be read',
  Moved: 'given up: who holds the shard has changed',
};

const REASONS: Record<SyncView['reason'], string> = {
  period: 'by the clock',
  order: 'by REPAIR',
  return: 'because one of them was away',
  purge: 'in a round of purging',
  copy: 'one copies what the other holds',
  leave: 'one hands over what it holds',
};

function walkWords({ kind, walk }: Comparison): string {
  const { node, from, index, outcome, sync } = walk;
  const both = `${nodeName(node)} and ${nodeName(from)}`;
  const who = sync === undefined ? `${both} behind entry ${index}` : `${both}, ${REASONS[sync.reason]}`;
  if (kind === 'check') return `${who}, as a check compared them`;
  return `${who}: ${outcome === undefined ? 'the walk goes on' : OUTCOMES[outcome]}`;
}

function optionWords({ kind, walk }: Comparison): string {
  const { node, from, startedUs, levels, outcome } = walk;
  const who = `${walk.keyspace === 'eventual' ? 'eventual: ' : ''}${nodeName(node)} with ${nodeName(from)}, ${formatSeconds(startedUs)}`;
  if (kind === 'check') return `${who}: roots ${levels[0]?.differing.length === 0 ? 'equal' : 'differ'}`;
  const leaves = levels.find(({ asked }) => asked === 'leaves')?.differing.length ?? 0;
  return `${who}: ${outcome === undefined ? 'goes on' : plural(leaves, 'leaf', 'leaves')}`;
}
