import { showTime } from '../../../console/show.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { CheckView } from '../../store/integrity-view.ts';
import { NodeChip } from '../node-chip.tsx';

/** What the last check came to: the root of each replica behind one entry. */
export function CheckLine({ check }: { readonly check: CheckView }) {
  const { roots, damaged, missing, index, endedUs, startedUs } = check;
  const [tone, words] = verdictOf(check);
  const digits = digitsOf(roots.map(({ root }) => root));
  return (
    <div className="check-line">
      <p>
        <span className={tone}>{words}</span>{' '}
        <span className="dim">
          entry {index}, {endedUs === undefined ? `since ${showTime(startedUs)}` : showTime(endedUs)}
        </span>
      </p>
      {roots.length + missing.length === 0 ? null : (
        <ul aria-label="Merkle roots">
          {roots.map(({ node, root }) => (
            <li key={node} className={damaged.includes(node) ? 'bad' : undefined}>
              <NodeChip node={node} /> <code title={root}>{root.slice(0, digits)}</code>
              {damaged.includes(node) ? ' ✕' : ''}
            </li>
          ))}
          {missing.map((node) => (
            <li key={node} className="dim">
              <NodeChip node={node} up={false} /> did not say
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** As many as tell apart what differs, at least four. */
function digitsOf(roots: readonly string[]): number {
  const differing = new Set(roots).size;
  const isEnough = (digits: number): boolean => new Set(roots.map((root) => root.slice(0, digits))).size === differing;
  return [4, 8].find(isEnough) ?? 16;
}

function verdictOf({ verdict, damaged }: CheckView): readonly [tone: string, words: string] {
  switch (verdict) {
    case undefined:
      return ['running', '… the replicas build their trees'];
    case 'equal':
      return ['good', '✓ all roots are equal'];
    case 'outvoted':
      return ['bad', `✕ a majority contradicts ${damaged.map(nodeName).join(' and ')}`];
    case 'undecided':
      return ['bad', '✕ no majority agrees: nobody knows who is right, so nothing is repaired'];
    case 'incomplete':
      return ['bad', '✕ too few answered'];
  }
}
