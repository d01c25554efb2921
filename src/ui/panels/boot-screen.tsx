import './boot-screen.css';

/** While nothing is there to draw: the ring without ticks, and one line of what is awaited. */
export function BootScreen() {
  return (
    <main className="boot-screen">
      <h1 className="sr-only">Ringside</h1>
      <BootRing />
      <p role="status">Starting the workers and opening their databases</p>
    </main>
  );
}

function BootRing() {
  const circumference = 2 * Math.PI * 110;
  return (
    <svg width="240" height="240" viewBox="-120 -120 240 240" aria-hidden="true">
      <circle
        r="110"
        fill="none"
        stroke="var(--line)"
        strokeWidth="10"
        strokeDasharray={`${circumference / 8 - 4} 4`}
      />
    </svg>
  );
}

/** Why the page cannot start: what, where, and an address that should work. */
export interface BootFailure {
  readonly what: string;
  /** A clause: `while the page opened its databases`. */
  readonly where: string;
  readonly remedy: { readonly text: string; readonly address: string };
}

export function BootError({ what, where, remedy }: BootFailure) {
  return (
    <main className="boot-screen">
      <h1 className="sr-only">Ringside</h1>
      <BootRing />
      <div className="notice notice-bad" role="alert">
        <p className="notice-what">✕ The cluster could not be opened</p>
        <p className="mono">{what}</p>
        <p>
          It happened {where}. <a href={remedy.address}>{remedy.text}</a>, or reload the page to try again.
        </p>
      </div>
    </main>
  );
}
