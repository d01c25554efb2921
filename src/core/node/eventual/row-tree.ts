import type { DiskRoutine } from '../../base/disk.ts';
import type { Micros } from '../../base/ids.ts';
import { userKeyOf } from '../../lsm/internal-key.ts';
import type { LsmEngine } from '../../lsm/lsm-engine.ts';
import type { StoreIterator } from '../../lsm/store-iterator.ts';
import type { TokenArc } from '../../merkle/leaves.ts';
import type { MerklePass } from '../../merkle/merkle-pass.ts';
import { MerkleTree } from '../../merkle/merkle-tree.ts';
import { decodeRow } from '../../replication/row.ts';
import { comparedRow, type HeldRow } from '../../replication/sync-rows.ts';
import { leafOfKey } from '../replica-content.ts';
import type { BuiltTree, RowScan, TreeBuild } from './eventual-rows.ts';
import type { ShardRows } from './shard-rows.ts';

/** What a slice reads; whatever is reached first. */
const SLICE = { rows: 4096, bytes: 64 * 1024 };

/** The Merkle tree of one shard's rows as they are compared, which is kept between two comparisons. */
export class RowTree {
  private readonly arc: TokenArc;
  private readonly tree = new MerkleTree();
  /** By which the leaves were built that are not dirty. */
  private watermarkUs: Micros = 0;

  constructor(arc: TokenArc) {
    this.arc = arc;
  }

  /** The row is not what it was. */
  written(key: Uint8Array): void {
    this.tree.mark(leafOfKey(this.arc, key));
  }

  begin(watermarkUs: Micros): MerklePass {
    if (watermarkUs !== this.watermarkUs) this.tree.markAll();
    this.watermarkUs = watermarkUs;
    return this.tree.begin();
  }
}

/** Rows as they are when it is made. */
export class RowsScan implements RowScan {
  private readonly rows: ShardRows;
  private readonly iterator: StoreIterator;
  private readonly leaves: ReadonlySet<number> | undefined;
  private hasBegun = false;

  constructor(engine: LsmEngine, rows: ShardRows, leaves: ReadonlySet<number> | undefined, after?: Uint8Array) {
    const { from, to } = rows.range;
    this.rows = rows;
    this.leaves = leaves;
    this.iterator = engine.iterate(after === undefined ? { gte: from, lt: to } : { gt: rows.storedKey(after), lt: to });
  }

  get isVoid(): boolean {
    return !this.rows.isOpen;
  }

  *next(): DiskRoutine<(HeldRow & { readonly leaf: number; readonly bytes: number }) | undefined> {
    const { iterator, leaves } = this;
    for (;;) {
      yield* this.hasBegun ? iterator.next() : iterator.seekToFirst();
      this.hasBegun = true;
      const { key, value } = iterator;
      if (key === undefined || value === undefined) return undefined;
      const leaf = leafOfKey(this.rows.arc, userKeyOf(key));
      if (leaves !== undefined && !leaves.has(leaf)) continue;
      // Copies: views would be good until the next call, and keep whole blocks.
      return { leaf, key: userKeyOf(key).slice(), row: decodeRow(value.slice()), bytes: key.length + value.length };
    }
  }

  release(): void {
    this.iterator.release();
  }
}

/** One pass over all rows, for the tree and for what there is to count. */
export class RowsTreeBuild implements TreeBuild {
  private readonly scan: RowsScan;
  private readonly pass: MerklePass;
  private readonly watermarkUs: Micros;
  private keys = 0;
  private hashed = 0;
  private rows = 0;
  private live = 0;
  private tombstones = 0;

  constructor(engine: LsmEngine, rows: ShardRows, watermarkUs: Micros) {
    this.scan = new RowsScan(engine, rows, undefined);
    this.pass = rows.tree.begin(watermarkUs);
    this.watermarkUs = watermarkUs;
  }

  get isVoid(): boolean {
    return this.scan.isVoid;
  }

  *slice(): DiskRoutine<boolean> {
    let bytes = 0;
    for (let rows = 0; rows < SLICE.rows && bytes < SLICE.bytes; rows++) {
      const next = yield* this.scan.next();
      if (next === undefined) return true;
      bytes += next.bytes;
      this.add(next);
    }
    return false;
  }

  private add(held: HeldRow & { readonly leaf: number }): void {
    const compared = comparedRow(held.leaf, held, this.watermarkUs);
    const values = held.row.filter(({ value }) => value !== undefined).length;
    this.rows++;
    this.live += values > 0 ? 1 : 0;
    this.tombstones += held.row.length - values;
    if (compared === undefined) return;
    this.keys++;
    if (this.pass.add(compared)) this.hashed++;
  }

  end(): BuiltTree {
    const { keys, hashed, rows, live, tombstones } = this;
    return { hashes: this.pass.end(), keys, hashed, counts: { rows, live, tombstones } };
  }

  release(): void {
    this.scan.release();
  }
}
