import type { HostReport } from '../../console/cluster.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { durabilityOf } from '../../core/cluster/presets.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import type { ViewModel } from './view-model.ts';

/** What a node's writes outlive: as CONFIG set it last, else as the run began; `none` where no disk is real. */
export const nodeDurability = (
  { nodes }: Pick<ViewModel, 'nodes'>,
  host: Pick<HostReport, 'durability'>,
  config: Pick<RunConfig, 'disk'>,
  node: NodeId,
): HostReport['durability'] =>
  host.durability === 'none' ? 'none' : (nodes.get(node)?.durability ?? durabilityOf(config));
