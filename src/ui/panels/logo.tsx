export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="7.5" fill="none" stroke="var(--accent)" strokeWidth="3.4" strokeDasharray="9.7 2" />
    </svg>
  );
}
