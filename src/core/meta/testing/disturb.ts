import { findNode, ringNodes } from '../meta-state.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

type Happening = (cluster: SimulatedCluster, pick: number) => void;

const machineOf = ({ machines }: SimulatedCluster, pick: number) => choose([...machines.values()], pick);

/** How often each of them happens, in parts of the sum. */
const HAPPENINGS: readonly (readonly [weight: number, Happening])[] = [
  [18, (cluster) => cluster.drive()],
  [2, (cluster) => cluster.remember()],
  [3, (cluster) => cluster.driveFromMemory()],
  [
    15,
    (cluster, pick) => {
      for (const command of cluster.commands.splice(0, 1 + (pick % 5))) cluster.propose(command);
    },
  ],
  [3, ({ commands }, pick) => commands.splice(pick % (commands.length + 1), 1 + (pick % 3))],
  [
    19,
    (cluster, pick) => {
      for (const effect of some(cluster.mail, pick)) cluster.deliver(effect);
    },
  ],
  [3, ({ mail }, pick) => some(mail, pick)],
  [2, ({ mail }, pick) => mail.push(...mail.slice(0, pick % 8))],
  [7, ({ groups }, pick) => choose(groups, pick).write((node) => (pick + node) % 3 > 0)],
  [
    6,
    (cluster, pick) => {
      for (const group of cluster.groups) if (!group.hasLeader) group.elect(machineOf(cluster, pick).node);
    },
  ],
  [2, (cluster, pick) => choose(cluster.groups, pick).elect(machineOf(cluster, pick).node)],
  [
    5,
    ({ groups }) => {
      for (const group of groups) group.leaveJoint();
    },
  ],
  [3, kill],
  [
    4,
    ({ machines }) => {
      for (const machine of machines.values()) machine.isUp = true;
    },
  ],
  [
    1,
    ({ machines, dead }) => {
      for (const { node, isUp } of machines.values()) if (!isUp) dead.add(node);
    },
  ],
  [2, (cluster) => cluster.machines.size < 9 && cluster.join()],
  [1, (cluster, pick) => cluster.propose({ type: 'RemoveNode', node: machineOf(cluster, pick).node })],
  [1, (cluster, pick) => cluster.propose({ type: 'SetVnodes', vnodes: 1 + (pick % 30) })],
  [1, wipe],
  [2, abort],
];

const WEIGHTS = HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);

/** One thing happens. `kind`: any number, says what; `pick`: any number, says to whom. */
export function disturb(cluster: SimulatedCluster, kind: number, pick: number): void {
  let rest = kind % WEIGHTS;
  const happening = HAPPENINGS.find(([weight]) => {
    rest -= weight;
    return rest < 0;
  });
  happening?.[1](cluster, pick);
}

/** A minority at a time, so that something goes on. */
function kill({ machines, state }: SimulatedCluster, pick: number): void {
  const up = [...machines.values()].filter(({ isUp }) => isUp);
  if (up.length > Math.floor(ringNodes(state).length / 2) + 1) choose(up, pick).isUp = false;
}

function wipe(cluster: SimulatedCluster, pick: number): void {
  const { node } = machineOf(cluster, pick);
  if (cluster.mayWipe(node) && findNode(cluster.state, node)?.state !== 'left') cluster.wipe(node);
}

function abort(cluster: SimulatedCluster, pick: number): void {
  const { groups } = cluster.state;
  const moving = groups.filter(({ move }) => move !== undefined);
  const { shard, token } = choose(moving.length > 0 ? moving : groups, pick);
  cluster.propose({ type: 'AbortMove', shard, token });
}

/** Takes up to 6 of them out, in a row from anywhere. */
const some = <T>(items: T[], pick: number): T[] => items.splice(pick % (items.length + 1), 1 + (pick % 6));

function choose<T>(items: readonly T[], pick: number): T {
  return items[pick % items.length] as T;
}
