import { isValidElement, type ReactElement, type ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { PanelLoadError } from '../shell/lazy-panel.tsx';
import { PanelBoundary } from './panel-boundary.tsx';

type Props = { readonly children?: ReactNode; readonly onClick?: () => void };

/** All elements of a tree, itself first. */
function elements(node: ReactNode): readonly ReactElement<Props>[] {
  if (Array.isArray(node)) return node.flatMap(elements);
  if (!isValidElement<Props>(node)) return [];
  return [node, ...elements(node.props.children)];
}

function textOf(node: ReactNode): string {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) return node.map(textOf).join('');
  return isValidElement<Props>(node) ? textOf(node.props.children) : '';
}

function failing(error: unknown): PanelBoundary {
  const boundary = new PanelBoundary({ name: 'The logs', children: 'the panel' });
  boundary.setState = (state) => {
    boundary.state = { ...boundary.state, ...(state as object) };
  };
  expect(boundary.render()).toBe('the panel');
  boundary.setState(PanelBoundary.getDerivedStateFromError(error));
  return boundary;
}

const press = (boundary: PanelBoundary) =>
  elements(boundary.render())
    .find(({ type }) => type === 'button')
    ?.props.onClick?.();

test('a panel that threw is replaced by what, where and a way back; the way back draws the panel', () => {
  const boundary = failing(new Error('no such shard'));
  expect(textOf(boundary.render())).toMatch(/The logs cannot be drawn.*no such shard.*reload/);
  press(boundary);
  expect(boundary.render()).toBe('the panel');
});

test('code that did not come needs the page anew', () => {
  const reload = vi.fn();
  vi.stubGlobal('location', { reload });
  const boundary = failing(new PanelLoadError('offline'));
  expect(textOf(boundary.render())).toMatch(/The logs cannot be drawn.*offline.*network/);
  press(boundary);
  expect(reload).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
