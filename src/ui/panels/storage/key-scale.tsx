import './key-scale.css';
import { useSize } from '../../use-size.ts';
import type { KeyAxis } from './key-axis.ts';

const TICK_WIDTH_MIN = 30;

interface Props {
  readonly axis: KeyAxis;
  readonly sought: { readonly at: number; readonly text: string } | undefined;
}

/** The axis that all levels share: a shard's keys beside the next one's, and the key that the last read looked for. */
export function KeyScale({ axis, sought }: Props) {
  const [ref, { width }] = useSize<HTMLDivElement>();
  const every = Math.max(1, Math.ceil((axis.segments.length * TICK_WIDTH_MIN) / Math.max(1, width)));
  return (
    <div className="key-scale">
      <p className="level-head">
        <span className="level-facts">key order</span>
      </p>
      <div ref={ref} className="key-axis">
        {axis.segments.map(({ shard, from }, i) =>
          i % every === 0 ? (
            <span
              key={shard ?? 'rows'}
              className="key-tick"
              style={{ left: `${from * 100}%` }}
              title={shard === undefined ? 'What replicas keep for themselves: sessions and summaries' : undefined}
            >
              {shard === undefined ? 'rows' : `s${shard}`}
            </span>
          ) : null,
        )}
        {sought === undefined ? null : (
          <span
            className="key-sought mono"
            style={{ left: `${sought.at * 100}%`, translate: `${-sought.at * 100}% 0` }}
          >
            {sought.text}
          </span>
        )}
      </div>
    </div>
  );
}
