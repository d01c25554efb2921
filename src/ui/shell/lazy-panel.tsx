import { type ComponentType, lazy, useState } from 'react';

/** Fetches a panel's code and names its component. One function a panel, always the same one. */
export type LoadPanel<P = object> = () => Promise<ComponentType<P>>;

/** The code did not come. Browsers remember that for the page's life: to ask for it again is to reload the page. */
export class PanelLoadError extends Error {
  override name = 'PanelLoadError';
}

/** Each beside the function that loads it, whose props it takes. Outlives what is drawn: React forgets the state of what was never committed. */
const components = new Map<unknown, unknown>();

async function fetchPanel<P>(load: LoadPanel<P>) {
  try {
    const Content = await load();
    // From now on it is drawn at once, without waiting for a promise that is kept.
    components.set(load, Content);
    return { default: Content };
  } catch (error) {
    throw new PanelLoadError(
      `Its code could not be fetched: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function componentOf<P extends object>(load: LoadPanel<P>): ComponentType<P> {
  const known = components.get(load) ?? lazy(() => fetchPanel(load));
  components.set(load, known);
  return known as ComponentType<P>;
}

/** A panel whose code is fetched when it is first drawn, and at hand whenever it is drawn after that. */
export function LazyPanel<P extends object>({ load, ...props }: { readonly load: LoadPanel<P> } & P) {
  const [Content] = useState(() => componentOf(load) as ComponentType<Omit<typeof props, 'load'>>);
  return <Content {...props} />;
}
