/** Who must be able to see the page for time to pass: whoever has its tab in front, or whoever has scrolled to its frame as well. */
export type SeenIn = 'tab' | 'frame';

export interface Visibility {
  /** Now, as far as is known: a frame is unseen until its place on the screen has been measured. */
  readonly visible: boolean;
  /** Calls `tell` with what is known now, and again whenever it changes. */
  watch(tell: (visible: boolean) => void): void;
}

export function watchVisibility(seenIn: SeenIn, page: Document): Visibility {
  let inView = seenIn === 'tab';
  const listeners = new Set<(visible: boolean) => void>();
  const isVisible = (): boolean => inView && page.visibilityState !== 'hidden';
  const tellAll = (): void => {
    for (const tell of listeners) tell(isVisible());
  };
  page.addEventListener('visibilitychange', tellAll);
  if (seenIn === 'frame') {
    // Without a root, what is measured is the part that the outermost page shows, also across origins.
    const observer = new IntersectionObserver((entries) => {
      inView = entries.at(-1)?.isIntersecting ?? inView;
      tellAll();
    });
    observer.observe(page.documentElement);
  }
  return {
    get visible() {
      return isVisible();
    },
    watch(tell) {
      listeners.add(tell);
      tell(isVisible());
    },
  };
}
