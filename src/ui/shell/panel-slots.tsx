import { createContext, type ReactNode, Suspense, useContext, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { PanelBoundary } from '../panels/panel-boundary.tsx';
import { Suggestions } from '../panels/suggestions.tsx';
import { Stage } from '../stage/stage.tsx';
import { LazyPanel } from './lazy-panel.tsx';
import { PANELS } from './panel-list.tsx';
import type { PanelId } from './panel-names.ts';

type HostOf = (panel: PanelId) => HTMLElement;

const HostContext = createContext<HostOf | undefined>(undefined);

interface Props {
  /** What is in view. */
  readonly shown: readonly PanelId[];
  /** The arrangement, with a `PanelSlot` for each of these. */
  readonly children: ReactNode;
}

/**
 * Draws each panel in view once, in an element of its own that the slots take over from each other: when the page is turned, zoomed or made
 * narrow, a half-typed command and a place in a list survive the new arrangement.
 */
export function PanelSlots({ shown, children }: Props) {
  const hosts = useRef(new Map<PanelId, HTMLElement>());
  const [hostOf] = useState<HostOf>(() => (panel: PanelId) => {
    const host = hosts.current.get(panel) ?? document.createElement('div');
    host.className = `panel-host panel-host-${panel}`;
    hosts.current.set(panel, host);
    return host;
  });
  const [opened, setOpened] = useState<ReadonlySet<PanelId>>(new Set());
  const drawn = [...new Set([...shown, ...[...opened].filter((panel) => PANELS[panel].stays === true)])];
  if (drawn.some((panel) => !opened.has(panel))) setOpened(new Set(drawn));
  return (
    <HostContext value={hostOf}>
      {children}
      {drawn.map((panel) => createPortal(<Content panel={panel} />, hostOf(panel), panel))}
    </HostContext>
  );
}

function Content({ panel }: { readonly panel: PanelId }) {
  const { title, load } = PANELS[panel];
  return (
    <PanelBoundary name={title}>
      <Suspense>{load === undefined ? <StagePanel /> : <LazyPanel load={load} />}</Suspense>
    </PanelBoundary>
  );
}

function StagePanel() {
  return (
    <>
      <Suggestions />
      <Stage />
    </>
  );
}

/** Where a panel stands in the present arrangement. */
export function PanelSlot({ panel }: { readonly panel: PanelId }) {
  const hostOf = useContext(HostContext);
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const host = hostOf?.(panel);
    if (host === undefined) return;
    const focused = host.contains(document.activeElement) ? document.activeElement : null;
    ref.current?.append(host);
    // An element that is moved loses the focus.
    if (focused instanceof HTMLElement) focused.focus();
  }, [hostOf, panel]);
  return <div ref={ref} className="panel-slot" />;
}
