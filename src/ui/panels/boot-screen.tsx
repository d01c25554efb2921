/** While nothing is there to draw: the ring without ticks, and one line of what is awaited. */
export function BootScreen() {
  return (
    <div className="boot-screen">
      <BootRing />
      <p role="status">Starting the workers and opening their databases</p>
    </div>
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

/** The page cannot start: what, where, what to do. */
export function BootError({ what, fresh }: { readonly what: string; readonly fresh: string }) {
  return (
    <div className="boot-screen">
      <BootRing />
      <div className="notice notice-bad" role="alert">
        <p className="notice-what">✕ The cluster could not be opened</p>
        <p className="mono">{what}</p>
        <p>
          It happened while the page started its workers and databases. <a href={fresh}>Start a fresh run</a>, which
          leaves the stored one as it is, or reload the page to try again.
        </p>
      </div>
    </div>
  );
}
