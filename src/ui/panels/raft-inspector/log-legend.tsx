/** What the outlines, fills and marks of the cells mean. */
export function LogLegend() {
  return (
    <p className="log-legend">
      <span>
        <span className="cell-key cell-key-stored" aria-hidden="true" /> stored
      </span>
      <span>
        <span className="cell-key cell-key-committed" aria-hidden="true" /> committed
      </span>
      <span>
        <span className="cell-key cell-key-applied" aria-hidden="true" /> applied
      </span>
      <span>
        <span aria-hidden="true">≠</span> not what the leader holds
      </span>
      <span>
        <span aria-hidden="true">▲</span> match <span aria-hidden="true">▽</span> next, as the leader knows
      </span>
    </p>
  );
}
