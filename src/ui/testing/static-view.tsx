import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { createStore } from 'zustand/vanilla';
import { placementOf } from '../../core/cluster/placement.ts';
import { CLASSROOM } from '../../core/cluster/presets.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import { AppContext, type AppServices } from '../app-context.ts';
import { type AppState, createAppStore, type RunView } from '../store/app-store.ts';
import { FakeCluster } from './fake-cluster.ts';

export function runOf(config: RunConfig = CLASSROOM): RunView {
  return { runId: 'abc', seed: 7, config, ring: placementOf(config) };
}

/** What a component draws of a state, as HTML; effects do not run. */
export function drawn(node: ReactNode, state: Partial<AppState>): string {
  const initial = { ...createAppStore(new FakeCluster()).getState(), ...state };
  const store = createStore<AppState>(() => initial);
  return renderToStaticMarkup(<AppContext value={{ store } as AppServices}>{node}</AppContext>);
}

/** How often a class stands in it. */
export const countOf = (html: string, className: string): number =>
  [...html.matchAll(/class="([^"]*)"/g)].filter(([, names = '']) => names.split(' ').includes(className)).length;

/** Its text, tags aside. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
