import { type Counters, nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { useAppState } from '../app-context.ts';
import { ClassMenu } from '../class/class-menu.tsx';
import { counterShown } from '../past/past-counters.ts';
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
      <Counter name="writes" />
      <Counter name="reads" />
      <Counter name="keys" />
      <Counter name="elections" />
    </dl>
  );
}

/** At the moment shown. */
function Counter({ name }: { readonly name: keyof Counters }) {
  const value = useAppState((state) => counterShown(state, name));
  return (
    <div>
      <dd>{value}</dd>
      <dt>{name}</dt>
    </div>
  );
}
