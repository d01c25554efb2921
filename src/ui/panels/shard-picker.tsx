import { shardId } from '../../core/base/ids.ts';
import { shardName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../app-context.ts';

const BUTTONS_MAX = 16;

/** Which shard's Raft group is looked at. Changes the view only, so it is no command. */
export function ShardPicker() {
  const { store } = useApp();
  const shards = useAppState((state) => state.run?.config.shards ?? 0);
  const focused = useAppState((state) => state.focusedShard);
  const focus = (shard: number) => store.setState({ focusedShard: shardId(shard) });
  const all = Array.from({ length: shards }, (_, i) => i);
  if (shards > BUTTONS_MAX) {
    return (
      <label className="field">
        <span>shard</span>
        <select value={focused} onChange={(event) => focus(Number(event.target.value))}>
          {all.map((shard) => (
            <option key={shard} value={shard}>
              {shardName(shard)}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <fieldset className="choice-row">
      <legend className="sr-only">Shard</legend>
      {all.map((shard) => (
        <button
          key={shard}
          type="button"
          className="shard-button"
          aria-pressed={shard === focused}
          onClick={() => focus(shard)}
        >
          {shardName(shard)}
        </button>
      ))}
    </fieldset>
  );
}
