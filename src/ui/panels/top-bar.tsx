import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { ClassMenu } from '../class/class-menu.tsx';
import { leaderOf } from '../store/view-model.ts';
import { nodeStroke } from '../theme/palette.ts';
import { Clock } from './clock.tsx';
import { KeySheet } from './key-sheet.tsx';
import { Logo } from './logo.tsx';
import { PaletteButton } from './palette-button.tsx';
import { PresetMenu } from './preset-menu.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import { TransportControls } from './transport-controls.tsx';

export function TopBar() {
  return (
    <header className="top-bar">
      <h1 className="logo">
        <Logo />
        <span className="logo-name">Ringside</span>
      </h1>
      <PresetMenu />
      <TransportControls />
      <Clock />
      <CounterRow />
      <div className="page-menu">
        <PaletteButton />
        <ClassMenu />
        <ThemeMenu />
        <KeySheet />
      </div>
    </header>
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
