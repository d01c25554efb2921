import { Layers } from 'lucide-react';
import { useApp, useAppState } from '../app-context.ts';

/** Messages and roles of all shards, or of the one in view. Changes the view only, so it is no command. */
export function ShardsSwitch() {
  const { store } = useApp();
  const on = useAppState((state) => state.allShards);
  const several = useAppState((state) => (state.run?.config.shards ?? 0) > 1);
  if (!several) return null;
  return (
    <button
      type="button"
      className="shards-switch"
      aria-pressed={on}
      title="Show messages and roles of all shards (A)"
      onClick={() => store.setState({ allShards: !on })}
    >
      <Layers className="view-sign" size={14} aria-hidden="true" />
      <span className="view-word">All shards</span>
    </button>
  );
}
