import type { HostReport } from '../../console/cluster.ts';

export interface RealityItem {
  readonly what: string;
  readonly how: string;
}

export interface Reality {
  readonly real: readonly RealityItem[];
  readonly simulated: readonly RealityItem[];
  readonly missing: readonly RealityItem[];
}

type Durability = HostReport['durability'];

/**
 * What is real in this page and what is played, as the probe of this browser found it. Nothing here may claim more than the host report does.
 * @param durabilities of each node, n1 first
 */
export function describeReality(host: HostReport, runId: string, durabilities: readonly Durability[]): Reality {
  const nodes = durabilities.length;
  return {
    real: [
      nodesItem(host, nodes),
      {
        what: 'The algorithms',
        how: 'Raft and the storage engine run in full on every node; nothing that you see is scripted.',
      },
      storageItem(host, runId, durabilities),
      failuresItem(host),
      messagesItem(host),
    ],
    simulated: [
      { what: 'Time', how: 'One virtual clock for all nodes. It can stand, step and run slower or faster than yours.' },
      {
        what: 'The network',
        how: 'How long each message takes and whether it is lost is drawn from the seed; STEP n1>n2 lets one arrive early.',
      },
      {
        what: 'A write cut off by a crash',
        how: 'How much of it reaches the disk is drawn from the seed. A record may be torn, as no transaction of IndexedDB ever is. What was synced before stays.',
      },
      {
        what: 'Full and failing disks',
        how: 'Writes are refused before they reach the browser. DISK corrupt really flips a stored bit.',
      },
      { what: 'How long the disk takes', how: 'Each sync and read costs virtual time by a model, not by your disk.' },
    ],
    missing: [{ what: 'Repair', how: 'No hinted handoff, read repair or Merkle repair. No transactions.' }],
  };
}

function nodesItem({ nodes, reason }: HostReport, count: number): RealityItem {
  if (nodes === 'in process')
    return { what: 'The nodes', how: `Each runs by itself, but all in one thread here: ${reason}.` };
  const each = count === 1 ? 'The node is a Web Worker' : `Each of the ${count} nodes is a Web Worker of its own`;
  const text = nodes === 'inline workers' ? ` Each runs from its script’s text, because ${reason}.` : '';
  return { what: 'The nodes', how: `${each}, with no memory shared.${text}` };
}

function storageItem(host: HostReport, runId: string, durabilities: readonly Durability[]): RealityItem {
  const { storage, reason } = host;
  const nodes = durabilities.length;
  if (storage === 'memory') {
    const where =
      host.nodes === 'in process' ? 'In memory only' : 'In the conductor’s memory only, apart from the nodes’';
    // The nodes' own row has told the reason where they are not plain workers.
    const why = host.nodes === 'workers' ? `because ${reason}` : 'for the same reason';
    return { what: 'The bytes stored', how: `${where}: they survive a kill, not a reload, ${why}.` };
  }
  const names = nodes === 1 ? databaseName(runId, 1) : `${databaseName(runId, 1)} … n${nodes}`;
  return {
    what: 'The bytes stored',
    how: `In IndexedDB, one database a node (in Chromium in a storage bucket of its own): ${names}. ${durabilityText(durabilities)}`,
  };
}

/** One sentence where all nodes have the same, else one for each kind, with those that have it. */
function durabilityText(durabilities: readonly Durability[]): string {
  const kinds = [...new Set(durabilities)].sort();
  if (kinds.length === 1) return kinds.map((kind) => DURABILITY[kind]).join('');
  return kinds
    .map((kind) => {
      const names = durabilities.flatMap((each, i) => (each === kind ? [`n${i + 1}`] : []));
      return `${names.join(', ')}: ${DURABILITY[kind].replace('D', 'd')}`;
    })
    .join(' ');
}

const DURABILITY: Readonly<Record<Durability, string>> = {
  relaxed:
    'Durability relaxed: they survive a kill, a reload and a closed tab; a power cut may take what the system had not yet put on disk.',
  strict: 'Durability strict: each sync waits for the disk itself.',
  none: 'Durability none: nothing outlives the page.',
};

function failuresItem({ nodes }: HostReport): RealityItem {
  if (nodes === 'in process')
    return { what: 'Failures', how: 'Kill throws the node’s memory away; it comes back from what it had stored.' };
  return {
    what: 'Failures',
    how: 'Kill ends the worker with terminate(): its memory is gone, and it comes back from what it had stored.',
  };
}

function messagesItem({ nodes }: HostReport): RealityItem {
  const way =
    nodes === 'in process'
      ? 'handed from node to node'
      : 'over MessagePorts, by way of a conductor worker that plays the network';
  return { what: 'Messages', how: `Encoded bytes, ${way}.` };
}

/** As the runtime names a node's database; the screen does not import the runtime, a test compares the two. */
const databaseName = (runId: string, node: number): string => `ringside/${runId}/n${node}`;
