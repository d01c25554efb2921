import './open-table.css';
import './storage.css';
import { useState } from 'react';
import type { NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../../app-context.ts';
import { OnlyNow } from '../../past/only-now.tsx';
import { leaderOf } from '../../store/view-model.ts';
import { useSize } from '../../use-size.ts';
import { NodeChip } from '../node-chip.tsx';
import { NodeStorage } from './node-storage.tsx';

/** With this much room two nodes stand beside each other. In CSS pixels. */
const TWO_NODES_WIDTH = 500;

/** The storage engine of one node, or of two beside each other: log, MemTables, levels, what a read and a compaction do in them. */
export function StoragePanel() {
  const { store } = useApp();
  const [ref, { width }] = useSize<HTMLElement>();
  // Who leads the shard in view when the panel is opened: it serves the reads. It stays until somebody picks another.
  const [first] = useState(() => {
    const { model, focusedShard } = store.getState();
    return leaderOf(model, focusedShard);
  });
  const nodes = useAppState((state) => state.model.nodes);
  const selected = useAppState((state) => state.selectedNode);
  // Holds until another node is selected on the stage.
  const [picked, setPicked] = useState<{ readonly node: NodeId; readonly selected: NodeId | undefined }>();
  const [other, setOther] = useState<NodeId>();
  const inPast = useAppState((state) => state.past !== undefined);
  const names = [...nodes.keys()];
  const node =
    picked?.selected === selected && picked !== undefined
      ? picked.node
      : (selected ?? (nodes.has(first) ? first : names[0]));
  const beside = width >= TWO_NODES_WIDTH && other !== node && nodes.has(other as NodeId) ? other : undefined;
  return (
    <section ref={ref} className="panel storage" aria-labelledby="storage-title">
      <div className="panel-head">
        <h2 id="storage-title">
          Storage <span className="dim">one LSM tree a node</span>
        </h2>
        <div className="storage-pickers">
          <NodePicker nodes={names} picked={node} onPick={(id) => setPicked({ node: id, selected })} />
          {width < TWO_NODES_WIDTH || names.length < 2 ? null : (
            <label className="field">
              <span>beside</span>
              <select
                value={beside ?? ''}
                onChange={({ target }) => setOther(names.find((id) => String(id) === target.value))}
              >
                <option value="">no other</option>
                {names
                  .filter((id) => id !== node)
                  .map((id) => (
                    <option key={id} value={id}>
                      {nodeName(id)}
                    </option>
                  ))}
              </select>
            </label>
          )}
        </div>
      </div>
      {inPast ? (
        <OnlyNow what="Storage is asked of the nodes themselves: there is only what they hold now." />
      ) : node === undefined ? (
        <p className="empty">No node has reported yet.</p>
      ) : (
        <div className={beside === undefined ? 'storage-nodes' : 'storage-nodes storage-two'}>
          <NodeStorage key={node} node={node} named={beside !== undefined} />
          {beside === undefined ? null : <NodeStorage key={beside} node={beside} named />}
        </div>
      )}
    </section>
  );
}

interface PickerProps {
  readonly nodes: readonly NodeId[];
  readonly picked: NodeId | undefined;
  readonly onPick: (node: NodeId) => void;
}

function NodePicker({ nodes, picked, onPick }: PickerProps) {
  const states = useAppState((state) => state.model.nodes);
  return (
    <fieldset className="node-picker">
      <legend className="sr-only">Node</legend>
      {nodes.map((node) => (
        <button
          key={node}
          type="button"
          className="node-button"
          aria-pressed={node === picked}
          onClick={() => onPick(node)}
        >
          <NodeChip node={node} up={states.get(node)?.state === 'up'} />
        </button>
      ))}
    </fieldset>
  );
}
