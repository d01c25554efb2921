import { type ComponentType, lazy, useState } from 'react';

/** Fetches a panel's code and names its component. One function a panel, always the same one. */
export type LoadPanel<P = object> = () => Promise<ComponentType<P>>;

/** The code did not come. Browsers remember that for the page's life: to ask for it again is to reload the page. */
export class PanelLoadError extends Error {
  override name = 'PanelLoadError';
}

/** Each beside the function that loads it, whose props it takes. */
const loaded = new Map<unknown, unknown>();

async function fetchPanel<P>(load: LoadPanel<P>) {
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
export function LazyPanel<P extends object>({ load, ...props }: { readonly load: LoadPanel<P> } & P) {
  const [Content] = useState(
    () => (loaded.get(load) ?? lazy(() => fetchPanel(load))) as ComponentType<Omit<typeof props, 'load'>>,
  );
  return <Content {...props} />;
}
