interface RowsProps {
  readonly rows: readonly { readonly shown: string; readonly does: string }[];
  readonly dim?: boolean;
}

/** Keys, each beside what it does. */
export function KeyRows({ rows, dim = false }: RowsProps) {
  return (
    <dl className={dim ? 'dim' : undefined}>
      {rows.map(({ shown, does }) => (
        <div key={shown} className="key-row">
          <dt>
            <kbd>{shown}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
