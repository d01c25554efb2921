import { Plus } from 'lucide-react';
import { useState } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import { useApp } from '../app-context.ts';

/** One machine more. What speaks against it is said where it was asked for, in the words of the cluster. */
export function AddNode() {
  const { commands } = useApp();
  const [refused, setRefused] = useState('');
  const add = async () => {
    const results = await commands.run(formatCommand('ADD'), 'button');
    setRefused(results.flatMap(({ ok, text }) => (ok ? [] : [text])).join(' '));
  };
  return (
    <>
      <button
        type="button"
        className="shards-switch add-node"
        title="ADD: a node joins, and its part of the replicas moves to it"
        onClick={() => void add().catch(() => undefined)}
        onBlur={() => setRefused('')}
      >
        <Plus className="view-sign" size={14} aria-hidden="true" />
        <span className="view-word">Add a node</span>
      </button>
      {refused === '' ? null : (
        <p className="add-refused" role="alert">
          <span aria-hidden="true">✕ </span>
          {refused}
        </p>
      )}
    </>
  );
}
