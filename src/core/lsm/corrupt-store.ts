/** What is on disk cannot be what was written: nothing is guessed and nothing is deleted. The node stops and shows it, unless it is a CorruptBlock. */
export class CorruptStore extends Error {
  override readonly name: string = 'CorruptStore';
}

/** @param what the record, as a reader of the disk would name it: "table 7, extent 0", "manifest edit 3" */
export const corrupt = (what: string, why: string): CorruptStore => new CorruptStore(`${what}: ${why}`);

/** A block of a table that cannot be read. All of its entries are of one replica: what else the store holds is as good as before. */
export class CorruptBlock extends CorruptStore {
  override readonly name = 'CorruptBlock';
  readonly fileNumber: number;
  /** Counted from 0 in its table. */
  readonly block: number;
  readonly extent: number;
  /** Begins as every key of the block does: keyspace, shard, replica id. */
  readonly key: Uint8Array;

  constructor(place: Pick<CorruptBlock, 'fileNumber' | 'block' | 'extent' | 'key'>, why: string) {
    super(`table ${place.fileNumber}, extent ${place.extent}, block ${place.block}: ${why}`);
    this.fileNumber = place.fileNumber;
    this.block = place.block;
    this.extent = place.extent;
    this.key = place.key;
  }
}
