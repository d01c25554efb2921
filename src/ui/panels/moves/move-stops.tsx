import { type MoveStep, STOPS } from './move-words.ts';

/** The stops of a move as a line of dots: green behind it, blue where it is. */
export function MoveStops({ step: { done, words, tone }, name }: { readonly step: MoveStep; readonly name: string }) {
  return (
    <span
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={STOPS.length}
      aria-valuenow={done}
      aria-valuetext={words}
      className="move-stops"
    >
      {STOPS.map((stop, i) => (
        <span
          key={stop}
          className={`move-stop ${i < done ? 'stop-done' : i === done ? `stop-now stop-${tone}` : 'stop-ahead'}`}
        />
      ))}
    </span>
  );
}
