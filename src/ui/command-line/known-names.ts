import type { KnownNames } from '../../console/command.ts';
import { bytesToText } from '../../console/show.ts';
import { nodeId } from '../../core/base/ids.ts';
import { keyOfPath } from '../../core/cluster/operation-path/operation-path.ts';
import type { AppState } from '../store/app-store.ts';

/** A longer key is pasted, not chosen from a list. */
const KEY_BYTES_MAX = 60;

/** What completion can name, from what the screen knows. Keys are those of the operations it has seen, newest first. */
export function knownNames({ run, model }: AppState): KnownNames {
  const keys = model.paths.paths
    .toReversed()
    .map(keyOfPath)
    .filter((key) => key.length > 0 && key.length <= KEY_BYTES_MAX)
    .map(bytesToText);
  return {
    nodes: Array.from({ length: run?.config.nodes ?? 0 }, (_, i) => nodeId(i + 1)),
    shards: run?.config.shards ?? 0,
    clients: [...new Set(model.clients.values())],
    keys: [...new Set(keys)],
  };
}
