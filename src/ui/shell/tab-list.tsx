import type { LucideIcon } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { PANEL_NAMES, type PanelId } from './panel-names.ts';

interface Props {
  /** What the tabs are of, for who hears the page. */
  readonly label: string;
  readonly tabs: readonly PanelId[];
  readonly selected: PanelId;
  readonly onSelect: (panel: PanelId) => void;
  readonly icons?: Readonly<Record<PanelId, { readonly icon: LucideIcon }>>;
}

export const tabId = (panel: PanelId): string => `tab-${panel}`;
export const tabPanelId = (panel: PanelId): string => `tabpanel-${panel}`;

/** One stop for Tab; arrows, Home and End go from tab to tab and show what they come to. */
export function TabList({ label, tabs, selected, onSelect, icons }: Props) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = nextTab(tabs, selected, event.key);
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next);
    event.currentTarget.querySelector<HTMLElement>(`#${tabId(next)}`)?.focus();
  };
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const bar = list.current;
    const tab = bar?.querySelector<HTMLElement>(`#${tabId(selected)}`);
    if (bar === null || tab === null || tab === undefined) return;
    // Not scrollIntoView: in an embed that would move the page around it as well.
    const left = tab.offsetLeft - bar.offsetLeft;
    bar.scrollLeft = Math.min(left, Math.max(bar.scrollLeft, left + tab.offsetWidth - bar.clientWidth));
  }, [selected]);
  return (
    <div ref={list} role="tablist" aria-label={label} className="tab-list" onKeyDown={onKeyDown}>
      {tabs.map((panel) => {
        const Icon = icons?.[panel].icon;
        return (
          <button
            key={panel}
            id={tabId(panel)}
            type="button"
            role="tab"
            className="tab"
            aria-selected={panel === selected}
            aria-controls={panel === selected ? tabPanelId(panel) : undefined}
            tabIndex={panel === selected ? 0 : -1}
            onClick={() => onSelect(panel)}
          >
            {Icon === undefined ? null : <Icon size={20} strokeWidth={1.75} aria-hidden="true" />}
            {PANEL_NAMES[panel]}
          </button>
        );
      })}
    </div>
  );
}

/** Where a key leads from a tab; past an end, to the other one. Undefined: the key is no key of tabs. */
export function nextTab(tabs: readonly PanelId[], selected: PanelId, key: string): PanelId | undefined {
  const at = tabs.indexOf(selected);
  switch (key) {
    case 'ArrowRight':
      return tabs[(at + 1) % tabs.length];
    case 'ArrowLeft':
      return tabs[(at - 1 + tabs.length) % tabs.length];
    case 'Home':
      return tabs[0];
    case 'End':
      return tabs.at(-1);
    default:
      return undefined;
  }
}
