import { clientDataKey, dataKeyFields } from '../../../core/cluster/data-key.ts';
import type { EngineReport } from '../../../core/lsm/engine-report.ts';
import type { LookupView } from '../../store/view-model.ts';
import { boundaryKeys } from './level-rows.ts';

/** The places that a read came to, by what stands there: their numbers, from 1. */
export interface ReadStops {
  readonly memTable: number | undefined;
  readonly immutable: number | undefined;
  readonly tables: ReadonlyMap<number, TableStop>;
}

export interface TableStop {
  readonly number: number;
  /** `passed`: out of its range, or ruled out by its filter. */
  readonly state: 'passed' | 'searched' | 'found';
}

/** @param lit how many of the steps are shown yet */
export function readStops({ steps }: LookupView, lit: number): ReadStops {
  let memTable: number | undefined;
  let immutable: number | undefined;
  const tables = new Map<number, TableStop>();
  for (const [i, step] of steps.slice(0, lit).entries()) {
    const number = i + 1;
    if (step.place === 'MemTable') memTable = number;
    else if (step.place !== 'SSTable') immutable = number;
    else {
      const { result } = step;
      const state =
        result === 'outside' || result === 'ruled out' ? 'passed' : result === 'absent' ? 'searched' : 'found';
      tables.set(step.fileNumber, { number, state });
    }
  }
  return { memTable, immutable, tables };
}

/** The read's key as the engine holds it. Which replica of the shard it is, its other keys tell. */
export function lookupKey({ shard, key }: LookupView, engine: EngineReport): Uint8Array {
  const known = [...boundaryKeys(engine), ...engine.memTable.tree.map((node) => node.key)];
  const replicas = known.map(dataKeyFields).filter((fields) => fields?.shard === shard);
  return clientDataKey(
    shard,
    replicas.reduce((newest, fields) => Math.max(newest, fields?.replicaId ?? 0), 0),
    key,
  );
}

/** Nothing to draw where the node has answered no read. */
export const NO_STOPS: ReadStops = { memTable: undefined, immutable: undefined, tables: new Map() };
