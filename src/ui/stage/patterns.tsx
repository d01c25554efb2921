/** Hatchings: a shard without a leader, a node that is down. */
export function Patterns() {
  return (
    <defs>
      <pattern id="no-leader" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" fill="var(--panel)" />
        <rect width="2.5" height="6" fill="var(--faint)" />
      </pattern>
      <pattern id="down-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="7" height="7" fill="var(--panel)" />
        <rect width="2" height="7" fill="var(--line2)" />
      </pattern>
    </defs>
  );
}
