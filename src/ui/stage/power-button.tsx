import { formatCommand } from '../../console/format-command.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useCommand } from '../app-context.ts';

interface Props {
  readonly node: NodeId;
  readonly down: boolean;
  readonly compact: boolean;
  readonly x: number;
  readonly y: number;
}

/** Kill or revive, beside its node. */
export function PowerButton({ node, down, compact, x, y }: Props) {
  const run = useCommand();
  const verb = down ? 'REVIVE' : 'KILL';
  const word = down ? 'Revive' : 'Kill';
  return (
    <button
      type="button"
      className={`power-button${down ? ' power-revive' : ''}${compact ? ' power-compact' : ''}`}
      style={{ left: x, top: y }}
      aria-label={`${word} ${nodeName(node)}`}
      title={`${verb} ${nodeName(node)}`}
      onClick={() => run(formatCommand(verb, [nodeName(node)]))}
    >
      {compact ? (down ? '↻' : '✕') : word}
    </button>
  );
}
