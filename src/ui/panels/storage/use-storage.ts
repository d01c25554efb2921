import { useEffect, useState } from 'react';
import type { Micros, NodeId } from '../../../core/base/ids.ts';
import type { StorageReport } from '../../../core/node/storage-report.ts';
import { useApp } from '../../app-context.ts';
import { EMPTY_STORAGE, type StorageView } from '../../store/view-model.ts';
import { nextSwitch, type StyleSwitch } from './meter-values.ts';
import { StorageWatch } from './storage-watch.ts';

/** A node's storage as last told. */
export interface StorageState {
  readonly report: StorageReport;
  /** False: the node does not run, and this is what it said last. */
  readonly current: boolean;
  /** What it did until then. */
  readonly view: StorageView;
  readonly timeUs: Micros;
  /** Tables that the report before did not have. */
  readonly fresh: ReadonlySet<number>;
  readonly switched: StyleSwitch | undefined;
}

/** Undefined until the node has answered; null: it does not run and has not said anything. */
export function useStorage(node: NodeId): StorageState | null | undefined {
  const { store, engines } = useApp();
  const [state, setState] = useState<StorageState | null>();
  useEffect(() => {
    setState(undefined);
    const watch = new StorageWatch(
      () => engines.storage(node),
      (report) => setState((before) => stateAfter(before, report, store.getState().model, node)),
    );
    let model = store.getState().model;
    const stopWatching = store.subscribe((next) => {
      if (next.model === model) return;
      model = next.model;
      watch.note();
    });
    watch.note();
    return () => {
      stopWatching();
      watch.stop();
    };
  }, [store, engines, node]);
  return state;
}

function stateAfter(
  before: StorageState | null | undefined,
  report: StorageReport | undefined,
  { storage, timeUs }: { readonly storage: ReadonlyMap<NodeId, StorageView>; readonly timeUs: Micros },
  node: NodeId,
): StorageState | null {
  if (report === undefined) return before ? { ...before, current: false, fresh: new Set() } : null;
  const had = before ? tablesOf(before.report) : undefined;
  const fresh = had === undefined ? [] : [...tablesOf(report)].filter((table) => !had.has(table));
  return {
    report,
    current: true,
    view: storage.get(node) ?? EMPTY_STORAGE,
    timeUs,
    fresh: new Set(fresh),
    switched: nextSwitch(before?.switched, before?.report.engine, report.engine),
  };
}

const tablesOf = ({ engine }: StorageReport): ReadonlySet<number> =>
  new Set(engine.levels.flatMap(({ tables }) => tables.map(({ fileNumber }) => fileNumber)));
