import { PalettePlace } from './palette/palette-place.tsx';
import { BreakPlace } from './panels/break-place.tsx';
import { PanelBoundary } from './panels/panel-boundary.tsx';
import { TopBar } from './panels/top-bar.tsx';
import { PastPlace } from './past/past-place.tsx';
import { arrangementOf } from './shell/arrangement.ts';
import { Shell } from './shell/shell.tsx';
import { useSize } from './use-size.ts';

/** The screen: a bar and the panels below it. A panel that fails leaves the others alone. */
export function App() {
  const [ref, size] = useSize<HTMLDivElement>();
  return (
    <div className="app" ref={ref} data-arrangement={arrangementOf(size)}>
      <PanelBoundary name="The top bar">
        <TopBar />
      </PanelBoundary>
      <BreakPlace />
      <PastPlace />
      <Shell size={size} />
      <PalettePlace />
    </div>
  );
}
