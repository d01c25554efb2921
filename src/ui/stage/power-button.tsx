import './kill-invitation.css';
import { formatCommand } from '../../console/format-command.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useCommand } from '../app-context.ts';

interface Props {
  readonly node: NodeId;
  readonly down: boolean;
  /** It asks to be pressed: nobody has killed a node yet, and this one leads. */
  readonly invited: boolean;
  readonly compact: boolean;
  readonly x: number;
  readonly y: number;
}

/** Kill or revive, beside its node. */
export function PowerButton({ node, down, invited, compact, x, y }: Props) {
  const run = useCommand();
  const verb = down ? 'REVIVE' : 'KILL';
  const word = down ? 'Revive' : 'Kill';
  return (
    <button
      type="button"
      className={`power-button${down ? ' power-revive' : ''}${compact ? ' power-compact' : ''}${invited ? ' power-invited' : ''}`}
      style={{ left: x, top: y }}
      aria-label={`${word} ${nodeName(node)}`}
      title={`${verb} ${nodeName(node)}`}
      onClick={() => run(formatCommand(verb, [nodeName(node)]))}
    >
      {compact ? (down ? '↻' : '✕') : word}
    </button>
  );
}
