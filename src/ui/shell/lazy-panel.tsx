import { type ComponentType, lazy, useState } from 'react';

/** Fetches a panel's code and names its component. One function a panel, always the same one. */
export type LoadPanel = () => Promise<ComponentType>;

/** The code did not come. Browsers remember that for the page's life: to ask for it again is to reload the page. */
export class PanelLoadError extends Error {
  override name = 'PanelLoadError';
}

const loaded = new Map<LoadPanel, ComponentType>();

async function fetchPanel(load: LoadPanel) {
  try {
    const Content = await load();
    loaded.set(load, Content);
    return { default: Content };
  } catch (error) {
    throw new PanelLoadError(
      `Its code could not be fetched: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** A panel whose code is fetched when it is first drawn, and at hand whenever it is drawn after that. */
export function LazyPanel({ load }: { readonly load: LoadPanel }) {
  const [Content] = useState<ComponentType>(() => loaded.get(load) ?? lazy(() => fetchPanel(load)));
  return <Content />;
}
