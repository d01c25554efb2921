import { must } from '../../../base/assert.ts';
import { nodeId } from '../../../base/ids.ts';
import { encodeUtf8 } from '../../../base/utf8.ts';
import type { Row } from '../../../replication/row.ts';
import type { Stamp } from '../../../replication/stamp.ts';
import type { TestNode } from '../../testing/test-cluster.ts';
import type { DurableRows } from '../durable-rows.ts';
import type { NodeRows } from '../node-rows.ts';

interface Inside {
  readonly started: { readonly hosted: { readonly rows: NodeRows } };
}

/** The eventual rows of a node that runs. */
export const rowsOf = ({ node }: TestNode): DurableRows =>
  (must(node, 'it runs') as unknown as Inside).started.hosted.rows.get();

export const stamp = (wallUs: number, node = 1): Stamp => ({ wallUs, logical: 0, node: nodeId(node) });

/** A row of one version, as last writer wins writes it. @param value undefined: a tombstone */
export function rowAt(wallUs: number, value: string | undefined, deadlineUs?: number): Row {
  return [
    { stamp: stamp(wallUs), value: value === undefined ? undefined : encodeUtf8(value), deadlineUs, clock: undefined },
  ];
}
