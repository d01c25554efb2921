import './kill-invitation.css';
import { formatCommand } from '../../console/format-command.ts';
import type { NodeId } from '../../core/base/ids.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useCommand } from '../app-context.ts';

interface Props {
  readonly node: NodeId;
  readonly state: 'up' | 'down' | 'frozen';
  /** It asks to be pressed: nobody has killed a node yet, and this one leads. */
  readonly invited: boolean;
  readonly compact: boolean;
  readonly x: number;
  readonly y: number;
}

const OFFERS = {
  up: { word: 'Kill', mark: '✕' },
  down: { word: 'Revive', mark: '↻' },
  frozen: { word: 'Thaw', mark: '▶' },
} as const;

/** Kill, revive or thaw, beside its node. */
export function PowerButton({ node, state, invited, compact, x, y }: Props) {
  const run = useCommand();
  const { word, mark } = OFFERS[state];
  const verb = word.toUpperCase();
  return (
    <button
      type="button"
      className={`power-button${state === 'up' ? '' : ' power-revive'}${compact ? ' power-compact' : ''}${invited ? ' power-invited' : ''}`}
      style={{ left: x, top: y }}
      aria-label={`${word} ${nodeName(node)}`}
      title={`${verb} ${nodeName(node)}`}
      onClick={() => run(formatCommand(verb, [nodeName(node)]))}
    >
      {compact ? mark : word}
    </button>
  );
}
