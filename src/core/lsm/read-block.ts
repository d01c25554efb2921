import { must } from '../base/assert.ts';
import type { DiskRoutine } from '../base/disk.ts';
import { type Block, openBlock } from './block.ts';
import { CorruptBlock } from './corrupt-store.ts';
import { extentKey, type TableMeta } from './table-meta.ts';

type Meta = Pick<TableMeta, 'fileNumber' | 'index'>;

/** Undefined: the extent is not there. */
export function* readExtent(fileNumber: number, extent: number): DiskRoutine<Uint8Array | undefined> {
  const [record] = yield { type: 'get', store: 'sst', key: extentKey(fileNumber, extent) };
  return record?.value;
}

/** Block `ordinal` of a table, from the bytes of its extent. Throws CorruptBlock. @param copied it outlives the extent */
export function blockOf(meta: Meta, ordinal: number, extent: Uint8Array | undefined, copied: boolean): Block {
  const { handle } = must(meta.index[ordinal], 'a block within the index');
  if (extent === undefined) throw corruptBlock(meta, ordinal, 'missing');
  const end = handle.offset + handle.length;
  if (end > extent.length) throw corruptBlock(meta, ordinal, 'shorter than its blocks');
  const bytes = copied ? extent.slice(handle.offset, end) : extent.subarray(handle.offset, end);
  return openBlock(bytes, (why) => corruptBlock(meta, ordinal, why));
}

function corruptBlock({ fileNumber, index }: Meta, block: number, why: string): CorruptBlock {
  const { separator: key, handle } = must(index[block], 'a block within the index');
  return new CorruptBlock({ fileNumber, block, extent: handle.extent, key }, why);
}
