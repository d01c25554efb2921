import type { KnownNames } from '../../console/command.ts';
import { bytesToText } from '../../console/show.ts';
import type { AppState } from '../store/app-store.ts';
import { nodesShown } from '../store/node-count.ts';

/** A longer key is pasted, not chosen from a list. */
const KEY_BYTES_MAX = 60;

/** What completion can name, from what the screen knows. Keys are those of the operations it has seen, newest first. */
export function knownNames(state: AppState): KnownNames {
  const { run, model } = state;
  const keys = model.recent
    .toReversed()
    .map(({ key }) => key)
    .filter((key) => key.length > 0 && key.length <= KEY_BYTES_MAX)
    .map(bytesToText);
  return {
    nodes: nodesShown(state),
    shards: run?.config.shards ?? 0,
    clients: [...new Set(model.clients.values())],
    keys: [...new Set(keys)],
  };
}
