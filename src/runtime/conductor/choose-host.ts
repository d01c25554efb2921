import type { HostReport } from '../../console/cluster.ts';
import type { OpenRequest } from '../protocol/conductor-api.ts';

/**
 * Where the nodes of this page and their disks live, from what two probes found: the page's of workers, the conductor's of storage
 * (`storageDenied` = why there is none, empty if there is). Each decides for itself, so that a page without storage still has its workers.
 * Nodes on the page's own thread keep their disks in its memory.
 */
export function chooseHost(nodes: OpenRequest['nodes'], storageDenied: string): HostReport {
  const { kind } = nodes;
  const storage = kind === 'in process' || storageDenied !== '' ? 'memory' : 'IndexedDB';
  const reason = [nodes.reason, storageDenied.replace(/\.$/, '')].filter((why) => why !== '').join('; ');
  return { nodes: kind, storage, reason, durability: storage === 'IndexedDB' ? 'relaxed' : 'none' };
}
