import './meters.css';

interface Props {
  readonly name: string;
  readonly value: string;
  /** 0 … 1. */
  readonly share: number;
  readonly tone?: 'accent' | 'warn' | 'dim';
}

/** A share as a bar, with its name and its figure in words. */
export function Meter({ name, value, share, tone = 'accent' }: Props) {
  const percent = Math.max(0, Math.min(1, share)) * 100;
  return (
    <div className="meter">
      <p className="meter-words">
        <span>{name}</span>
        <span className="mono">{value}</span>
      </p>
      <div className="meter-track" aria-hidden="true">
        <div className={`meter-fill meter-${tone}`} style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}
