import { nodeName } from '../../core/cluster/snapshot.ts';
import { nodeFill, nodeInk, nodeSplit, nodeStroke, repeatsHue } from '../theme/palette.ts';

/** A node's name on its hue; hollow and grey when it is not up. */
export function NodeChip({ node, up = true }: { readonly node: number; readonly up?: boolean }) {
  const style = up
    ? {
        background: nodeFill(node),
        color: nodeInk(node),
        borderColor: nodeStroke(node),
        ...(repeatsHue(node)
          ? { boxShadow: `inset 0 0 0 1px var(--bg), inset 0 0 0 2px ${nodeSplit(node, nodeFill(node))}` }
          : {}),
      }
    : { color: 'var(--dim)', borderColor: 'var(--line2)' };
  return (
    <span className="chip" style={style}>
      {nodeName(node)}
    </span>
  );
}
