import { LazyPopover } from './lazy-popover.tsx';

const load = async () => (await import('./reality-content.tsx')).RealityContent;

/** “What is real here?”: a card that is fetched when it is first opened. */
export const RealityCard = () => (
  <LazyPopover
    button="What is real here?"
    buttonClass="link-button"
    title="What is real here"
    align="right"
    width={440}
    load={load}
  />
);
