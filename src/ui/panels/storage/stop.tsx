import './stop.css';

/** The number of a stop on a read's path. */
export function Stop({
  number,
  state = 'searched',
}: {
  readonly number: number;
  readonly state?: 'passed' | 'searched' | 'found';
}) {
  return (
    <span className={`stop stop-${state}`}>
      <span className="sr-only">read step </span>
      {number}
    </span>
  );
}
