import { useEffect, useRef, useState } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import { useAppState, useCommand } from '../app-context.ts';
import { formatSpeed } from '../format.ts';
import { effectOf, nearestStep, SPEED_STEPS } from './speed-scale.ts';
import './speed-control.css';

/** How fast virtual time passes: by itself, or at a rate on a log scale; under it what that does. At `auto` the thumb shows the rate. */
export function SpeedControl({ disabled }: { readonly disabled: boolean }) {
  const wanted = useAppState((state) => state.transport.wantedSpeed);
  const present = useAppState((state) => nearestStep(state.transport.speed));
  const run = useCommand();
  const auto = wanted === 'auto';
  return (
    <div className="speed">
      <button
        type="button"
        className="button speed-auto"
        aria-pressed={auto}
        disabled={disabled}
        title="Slowly what concerns the shard in view, quickly the rest"
        onClick={() => run(formatCommand('SPEED', [auto ? formatSpeed(SPEED_STEPS[present] ?? 1) : 'auto']))}
      >
        Auto
      </button>
      <div className="speed-scale">
        <Scale step={wanted === 'auto' ? present : nearestStep(wanted)} auto={auto} disabled={disabled} onSet={run} />
        <Effect />
      </div>
    </div>
  );
}

interface ScaleProps {
  readonly step: number;
  readonly auto: boolean;
  readonly disabled: boolean;
  readonly onSet: (line: string) => void;
}

function Scale({ step, auto, disabled, onSet }: ScaleProps) {
  const delayUs = useAppState((state) => state.run?.config.network.delayUs ?? 0);
  const input = useRef<HTMLInputElement>(null);
  const [moved, setMoved] = useState<number>();
  const set = useRef(onSet);
  set.current = onSet;
  // React tells of every step of a drag; one command is enough, when the thumb is let go.
  useEffect(() => {
    const element = input.current;
    const onChange = () => {
      setMoved(undefined);
      const speed = SPEED_STEPS[element?.valueAsNumber ?? 0];
      if (speed !== undefined) set.current(formatCommand('SPEED', [formatSpeed(speed)]));
    };
    element?.addEventListener('change', onChange);
    return () => element?.removeEventListener('change', onChange);
  }, []);
  const shown = moved ?? step;
  const speed = SPEED_STEPS[shown] ?? 'max';
  return (
    <input
      ref={input}
      type="range"
      aria-label="speed"
      aria-valuetext={auto && moved === undefined ? 'auto' : `${formatSpeed(speed)}: ${effectOf(speed, delayUs)}`}
      min={0}
      max={SPEED_STEPS.length - 1}
      step={1}
      value={shown}
      disabled={disabled}
      className={auto ? 'speed-range speed-range-auto' : 'speed-range'}
      onChange={(event) => setMoved(event.currentTarget.valueAsNumber)}
    />
  );
}

/** `auto` says what it does and why; a fixed rate, what it does to a message. */
function Effect() {
  const text = useAppState(({ transport, run }) => {
    if (transport.mode === 'booting' || transport.mode === 'replaying') return 'as fast as it can';
    if (transport.wantedSpeed !== 'auto') return effectOf(transport.wantedSpeed, run?.config.network.delayUs ?? 0);
    return transport.mode === 'paused' ? 'time stands' : transport.pace;
  });
  return (
    <span className="speed-effect" title={text}>
      {text}
    </span>
  );
}
