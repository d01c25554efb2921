import { type ActorId, type ClientActorId, clientActorId, FIRST_CLIENT, nodeId } from '../core/base/ids.ts';
import type { ActorName, ClientName } from '../core/cluster/action.ts';
import { firstNodes } from '../core/cluster/node-list.ts';

export const DEFAULT_CLIENT: ClientName = 'client';

/** Names to ids. Nodes bring theirs along; a client gets the next id when an action first names it, so the order of actions decides. */
export class Actors {
  private readonly nodes: () => number;
  private readonly clients = new Map<ClientName, ClientActorId>([[DEFAULT_CLIENT, FIRST_CLIENT]]);

  /** @param nodes how many there are just now */
  constructor(nodes: () => number) {
    this.nodes = nodes;
  }

  /** Undefined: there is no such node. */
  idOf(name: ActorName): ActorId | undefined {
    const node = /^n(\d+)$/.exec(name);
    if (node === null) return this.client(name);
    const number = Number(node[1]);
    return number >= 1 && number <= this.nodes() ? nodeId(number) : undefined;
  }

  client(name: ClientName): ClientActorId {
    const known = this.clients.get(name);
    if (known !== undefined) return known;
    const id = clientActorId(FIRST_CLIENT + this.clients.size);
    this.clients.set(name, id);
    return id;
  }

  /** The name of an actor that there is. */
  nameOf(id: number): ActorName {
    for (const [name, client] of this.clients) if (client === id) return name;
    return `n${id}`;
  }

  all(): readonly ActorId[] {
    return [...firstNodes(this.nodes()), ...this.clients.values()];
  }
}
