import { Clock } from '../panels/clock.tsx';
import { Logo } from '../panels/logo.tsx';
import { TransportControls } from '../panels/transport-controls.tsx';

/** Whose it is, what time it is, and the way to the whole page. */
export function EmbedBar({ pageAddress }: { readonly pageAddress: string }) {
  return (
    <header className="embed-bar">
      <h1 className="logo">
        <Logo />
        <span className="embed-name">Ringside</span>
      </h1>
      <Clock />
      <TransportControls />
      <a className="button embed-open" href={pageAddress} target="_blank" rel="noopener" aria-label="Open in Ringside">
        <span className="embed-open-text">Open in Ringside</span>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path
            d="M4.5 2 H2 V10 H10 V7.5 M7 1.5 H10.5 V5 M10.5 1.5 L5.5 6.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.4"
          />
        </svg>
      </a>
    </header>
  );
}
