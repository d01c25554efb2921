import { useEffect, useRef } from 'react';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState } from '../app-context.ts';
import { ClassMenu } from '../class/class-menu.tsx';
import { formatSeconds } from '../format.ts';
import { leaderOf } from '../store/view-model.ts';
import { nodeStroke } from '../theme/palette.ts';
import { KeySheet } from './key-sheet.tsx';
import { PresetMenu } from './preset-menu.tsx';
import { TransportControls } from './transport-controls.tsx';

export function TopBar() {
  return (
    <header className="top-bar">
      <h1 className="logo">
        <Logo />
        Ringside
      </h1>
      <PresetMenu />
      <KeySheet />
      <ClassMenu />
      <TransportControls />
      <Clock />
      <CounterRow />
    </header>
  );
}

function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="7.5" fill="none" stroke="var(--accent)" strokeWidth="3.4" strokeDasharray="9.7 2" />
    </svg>
  );
}

/** Written by the frame loop: the clock moves every frame and must not go through React. */
function Clock() {
  const { frames } = useApp();
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = '';
    return frames.onFrame((nowUs) => {
      const text = formatSeconds(nowUs);
      if (text !== shown && ref.current !== null) ref.current.textContent = text;
      shown = text;
    });
  }, [frames]);
  return (
    <span className="clock" role="timer" aria-label="Virtual time in seconds" aria-live="off">
      t <span ref={ref}>0.000</span> s
    </span>
  );
}

function CounterRow() {
  const counters = useAppState((state) => state.counters);
  const shard = useAppState((state) => state.focusedShard);
  const leader = useAppState((state) => leaderOf(state.model, state.focusedShard));
  return (
    <dl className="counters">
      <div>
        <dd style={leader === 0 ? { color: 'var(--bad)' } : { color: nodeStroke(leader) }}>
          {leader === 0 ? 'none' : nodeName(leader)}
        </dd>
        <dt>leads {shardName(shard)}</dt>
      </div>
      <Counter value={counters.writes} name="writes" />
      <Counter value={counters.reads} name="reads" />
      <Counter value={counters.keys} name="keys" />
      <Counter value={counters.elections} name="elections" />
    </dl>
  );
}

function Counter({ value, name }: { readonly value: number; readonly name: string }) {
  return (
    <div>
      <dd>{value}</dd>
      <dt>{name}</dt>
    </div>
  );
}
